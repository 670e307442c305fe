# What clients read in Chinese. `en.ftl` has the same messages with the same arguments; a test holds them equal.

## Successes
done = 操作成功
created = 创建成功
accepted = 请求已受理，正在后台处理
listed = 查询成功

## Problems: the message, and `.title`, the name of the kind of problem
bad_request = 请求无法理解
    .title = 请求有误
invalid_json = 请求体不是有效的 JSON：第 { $line } 行，第 { $column } 列
    .title = JSON 无法解析
json_too_deep = 请求体的嵌套超过 { $limit } 层
    .title = JSON 嵌套过深
invalid_request = 请求中有 { $count } 处错误，请逐项修正
    .title = 请求内容无效
malformed_header = 请求头 { $header } 的格式不正确
    .title = 请求头格式错误
not_authenticated = 请先登录，或提供有效的访问令牌
    .title = 未通过身份验证
token_expired = 访问令牌已过期，请刷新
    .title = 令牌已过期
invalid_refresh_token = 刷新令牌已失效，请重新登录
    .title = 刷新令牌无效
invalid_password_token = 链接已失效，请重新申请
    .title = 链接无效
wrong_credentials = 用户名或密码不正确
    .title = 登录失败
second_factor_required = 该账户还需要验证码：请在 code 中提供身份验证器显示的验证码或恢复码
    .title = 需要第二因素
wrong_code = 验证码错误或已被使用
    .title = 验证码错误
forbidden = 您没有执行此操作的权限
    .title = 权限不足
insufficient_scope = 此 API 密钥缺少权限范围 { $scope }
    .title = 密钥权限范围不足
second_factor_missing = 该账户必须启用第二因素：请用 POST /api/auth/totp/ 设置并确认
    .title = 缺少第二因素
csrf = 此请求可能由其他网站发出；请从本服务的页面发送（Sec-Fetch-Site: same-origin 或 Origin），并在 X-CSRF-Token 标头中附上 GET /api/auth/session 返回的 csrf_token
    .title = 疑似伪造的请求
not_found = 您访问的资源不存在
    .title = 资源不存在
method_not_allowed = 此地址不支持 { $method } 方法，支持的方法：{ $allowed }
    .title = 请求方法不被允许
duplicate = 已存在相同的记录，请更换后重试
    .title = 记录重复
conflict = 请求与当前数据冲突，请刷新后重试
    .title = 数据冲突
last_administrator = 这是最后一位有效的管理员，请先指定另一位管理员
    .title = 最后一位管理员
second_factor_exists = 已有第二因素；请先将其移除
    .title = 已有第二因素
too_many_api_keys = 每个账户最多 { $limit } 个未过期的 API 密钥；请先撤销不再使用的密钥
    .title = API 密钥过多
invitation_accepted = 该账户已有密码；忘记密码者可自行重置
    .title = 邀请已被接受
mail_not_configured = 无法发送邮件：服务未配置邮件服务器
    .title = 没有邮件服务器
in_use = 仍有其他记录引用此记录，无法删除
    .title = 记录被引用
blocked_by_rules = 排班违反了强制性规则，详见 data
    .title = 违反规则
consent_required = 需要相关员工同意，请在 consent_note 中说明
    .title = 需要同意
schedule_overlaps = 该班组在部分日期已有排班表
    .title = 排班表日期重叠
already_published = 排班表已经发布，记录必须保留
    .title = 已经发布
being_optimized = 优化程序正在处理此排班表，请等待完成或先取消
    .title = 正在优化
being_profiled = 此实例正在采集另一份性能剖析，请待其完成后重试
    .title = 正在剖析
optimization_ended = 此次优化已经结束，无法取消
    .title = 优化已结束
nothing_to_apply = 此次优化没有可以应用的结果
    .title = 没有可应用的结果
proposal_outdated = 优化结果中的部分班或员工已不存在，请重新优化
    .title = 优化结果已过时
stale = 数据已被他人修改，请获取最新版本后重试
    .title = 版本已过期
precondition_required = 请在 If-Match 请求头中提供数据的当前版本
    .title = 缺少前提条件
idempotency_in_flight = 使用相同 Idempotency-Key 的请求正在处理中，请稍后重试
    .title = 请求处理中
idempotency_mismatch = 此 Idempotency-Key 已用于内容不同的请求
    .title = 幂等键被重复使用
query_too_long = 查询字符串超过 { $limit } 字节的上限
    .title = 查询字符串过长
too_many_headers = 请求头字段超过 { $limit } 个
    .title = 请求头过多
body_too_large = 请求体超过 { $limit } 字节的上限
    .title = 请求体过大
unsupported_media_type = 请求体的类型必须是 { $expected }
    .title = 不支持的媒体类型
too_many_requests = 请求过于频繁，请稍后重试
    .title = 请求过多
too_many_optimizations = 已有 { $limit } 个优化任务在等待或运行，请稍后重试
    .title = 优化任务过多
too_many_attempts = 尝试次数过多；请在 { $seconds } 秒后再试
    .title = 尝试次数过多
request_timeout = 请求等待超时
    .title = 请求超时
internal = 服务器发生内部错误，请凭请求编号联系管理员
    .title = 内部错误
unavailable = 服务暂时不可用，请稍后重试
    .title = 服务不可用
sessions_unavailable = 浏览器会话暂时无法查询，请稍后重试，或改用 Bearer 令牌
    .title = 会话不可用

## Failures: why a run of the optimiser did not end well
failure-workers_lost = 接手此次优化的进程都已失去响应；请缩短时间或周期后重新发起
failure-not_searchable = 此排班表无法优化：天数过多，或其所依据的数据已不存在
failure-search_crashed = 优化过程出错；请把此次优化的编号告知管理员

## Faults: what is wrong with one field
fault-required = 必填项缺失
fault-unknown_field = 不存在此字段
fault-wrong_type = 类型错误，应为 { $expected }
fault-blank = 不能为空
fault-control_character = 不能包含控制字符
fault-too_short = 至少需要 { $min } 个字符（现有 { $actual } 个）
fault-too_long = 不能超过 { $max } 个字符（现有 { $actual } 个）
fault-out_of_range = 必须在 { $min } 到 { $max } 之间（现为 { $actual }）
fault-too_small = 不能小于 { $min }（现为 { $actual }）
fault-too_large = 不能大于 { $max }（现为 { $actual }）
fault-too_few = 至少需要 { $min } 项（现有 { $actual } 项）
fault-too_many = 不能超过 { $max } 项
fault-not_unique = 各项不能重复
fault-not_allowed = 只能取以下值之一：{ $allowed }
fault-wrong_pattern = 格式不正确，应符合 { $pattern }
fault-wrong_format = 不是有效的 { $format }
fault-repeated = 重复出现
fault-end_before_start = 结束必须晚于开始
fault-unknown_time_zone = { $time_zone } 不是已知的 IANA 时区
fault-unknown_reference = 引用的记录不存在：{ $kind } { $id }
fault-empty = 至少需要一项
fault-below_one = 必须至少为 1（现为 { $actual }）
fault-max_below_min = 上限不能小于下限
fault-target_below_min = 目标不能小于下限
fault-max_below_target = 上限不能小于目标
fault-min_or_max_required = 下限和上限至少填写一个
fault-both_or_neither = 必须与 { $other } 同时填写或同时省略
fault-break_not_shorter_than_shift = 休息时间（{ $minutes } 分钟）必须短于班次
fault-shift_too_long = 班次不能超过 { $max }
fault-period_too_long = 周期不能超过 { $max }
fault-every_day = 不能包含一周的所有日子
fault-rule_binds_shifts = 此规则只约束班次，不能限定人员
fault-only_for_wishes = 仅适用于意愿
fault-only_for_publications = 仅适用于已发布的版本
fault-only_for_managers = 仅适用于主管
fault-invalid_username = 用户名不能包含空白字符或 @
fault-invalid_email = 不是有效的电子邮件地址
fault-invalid_currency = 不是有效的货币代码（ISO 4217）
fault-wrong_code = 错误或已被使用
fault-common_password = 是许多人都在用的密码
fault-predictable_password = 除了账户或本产品的名称之外，内容过少
fault-wrong_password = 密码不正确
fault-nonexistent_local_time = { $wall } 在 { $time_zone } 不存在（时钟跳过该时刻），最近的时刻是 { $before } 和 { $after }
fault-outside_period = 必须在排班表周期内：{ $first } 起，{ $end } 之前
fault-demanded_twice = 同一天有重复的用工需求
fault-overlapping_contract = 与合同 { $contract } 的期限重叠
fault-taken = 已被使用
fault-invalid = 取值无效

## Violations of rules
violation-overlap = { $person } 同时有两个班：{ $shift } 与 { $other_shift } 重叠 { $actual } 分钟（{ $first }）
violation-rest_too_short = { $person } 在 { $shift }（{ $first }）与 { $other_shift }（{ $last }）之间只休息 { $actual } 分钟，至少需要 { $limit } 分钟
violation-forbidden_succession = { $person } 在 { $first } 上 { $shift } 之后，{ $last } 不能上 { $other_shift }
violation-minutes_below_min = { $person } 从 { $first } 到 { $last } 工作 { $actual } 分钟，至少需要 { $limit } 分钟
violation-minutes_above_max = { $person } 从 { $first } 到 { $last } 工作 { $actual } 分钟，最多允许 { $limit } 分钟
violation-too_many_shifts_of_template = { $person } 从 { $first } 到 { $last } 有 { $actual } 个 { $shift }，最多允许 { $limit } 个
violation-work_run_too_short = { $person } 从 { $first } 到 { $last } 连续工作 { $actual } 天，至少需要 { $limit } 天
violation-work_run_too_long = { $person } 从 { $first } 到 { $last } 连续工作 { $actual } 天，最多允许 { $limit } 天
violation-days_off_run_too_short = { $person } 从 { $first } 到 { $last } 连续休息 { $actual } 天，至少需要 { $limit } 天
violation-too_many_weekends = { $person } 从 { $first } 到 { $last } 有 { $actual } 个周末上班，最多允许 { $limit } 个
violation-work_on_day_off = { $person } 在休息日 { $first } 有班（{ $shift }）
violation-skill_missing = { $person } 不具备 { $first } 的 { $shift } 所需的技能（技能 { $skill }）
violation-skill_not_valid = { $person } 具备 { $shift } 所需的技能，但该技能在 { $first } 无效（技能 { $skill }）
violation-unavailable = { $person } 在 { $first } 的 { $shift } 中有 { $actual } 分钟不可用
violation-outside_availability = { $first } 的 { $shift } 有 { $actual } 分钟不在 { $person } 的可用时间内
violation-heads_below_min = { $first } 的 { $shift } 有 { $actual } 人，至少需要 { $limit } 人
violation-heads_above_max = { $first } 的 { $shift } 有 { $actual } 人，最多允许 { $limit } 人
violation-heads_below_target = { $first } 的 { $shift } 有 { $actual } 人，期望 { $limit } 人
violation-heads_above_target = { $first } 的 { $shift } 有 { $actual } 人，只期望 { $limit } 人
violation-wish_to_work_not_met = { $person } 希望在 { $first } 上班，但没有排班（代价 { $cost }）
violation-wish_not_to_work_not_met = { $person } 希望在 { $first } 不上 { $shift }，但已排班（代价 { $cost }）

## 邮件：正文；`.title` 为主题
mail-invitation =
    { $name }，您好：

    已为您在人力资源调度系统中创建账户，登录名为 { $username }。

    请设置密码：
    { $link }

    该链接仅可使用一次，{ $days } 天内有效。
    .title = 您的人力资源调度系统账户
mail-password_reset =
    { $name }，您好：

    有人（可能是您本人）申请重置 { $username } 的密码。

    请设置新密码：
    { $link }

    该链接仅可使用一次，{ $minutes } 分钟内有效。如非本人操作，请忽略：您的密码不会改变。
    .title = 设置新密码
