//! What has to happen on the server in one step.

use bb8_redis::redis::{Cmd, cmd};

/// A Lua script. The server knows it by its digest once a connection has loaded it.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) text: &'static str,
    pub(crate) index: usize,
}

/// In the order of their `index`.
pub(crate) const ALL: [&Script; 2] = [&FIND, &KEEP];

/// Looks an answer up at the present generations of its kinds.
///
/// KEYS: the generations. ARGV: a new token, the life of a generation, the entry's key without its generation, the life
/// below which an answer is made anew, the life of a lease. Answers the generation, the text, and whether the token is a
/// lease now.
pub(crate) static FIND: Script = Script {
    index: 0,
    text: r"
local generations = {}
for index, key in ipairs(KEYS) do
  local generation = redis.call('GET', key)
  if not generation then
    generation = ARGV[1]
    redis.call('SET', key, generation, 'PX', ARGV[2])
  end
  generations[index] = generation
end
local generation = generations[1]
if #KEYS > 1 then
  generation = redis.sha1hex(table.concat(generations, ' '))
end
local entry = ARGV[3] .. generation
local text = redis.call('GET', entry)
local stale = tonumber(ARGV[4])
local leased = false
if not text or (stale > 0 and redis.call('PTTL', entry) <= stale) then
  leased = redis.call('SET', entry .. ':lease', ARGV[1], 'NX', 'PX', ARGV[5])
end
return {generation, text, leased and 1 or 0}
",
};

/// Keeps an answer, unless its life is none, and gives a lease back that is still the caller's.
///
/// KEYS: the entry. ARGV: the lease or nothing, the answer's life, the answer.
pub(crate) static KEEP: Script = Script {
    index: 1,
    text: r"
if tonumber(ARGV[2]) > 0 then
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
end
local lease = KEYS[1] .. ':lease'
if ARGV[1] ~= '' and redis.call('GET', lease) == ARGV[1] then
  redis.call('UNLINK', lease)
end
return redis.status_reply('OK')
",
};

/// The keys and arguments of a script.
pub(crate) struct Call {
    arguments: Vec<Vec<u8>>,
}

impl Call {
    /// A call on some keys; the arguments are added to it.
    pub(crate) fn on<K: AsRef<str>>(keys: &[K]) -> Self {
        let mut arguments = vec![keys.len().to_string().into_bytes()];
        arguments.extend(keys.iter().map(|key| key.as_ref().as_bytes().to_vec()));
        Self { arguments }
    }

    pub(crate) fn text(mut self, argument: &str) -> Self {
        self.arguments.push(argument.as_bytes().to_vec());
        self
    }

    pub(crate) fn number(self, argument: u64) -> Self {
        self.text(&argument.to_string())
    }

    /// By the digest of a script that the server knows.
    pub(crate) fn by_digest(&self, digest: &str) -> Cmd {
        self.of("EVALSHA", digest)
    }

    /// With the script's text, for a server that has forgotten it.
    pub(crate) fn by_text(&self, script: &Script) -> Cmd {
        self.of("EVAL", script.text)
    }

    fn of(&self, command: &str, script: &str) -> Cmd {
        let mut command = cmd(command);
        command.arg(script);
        for argument in &self.arguments {
            command.arg(argument);
        }
        command
    }
}
