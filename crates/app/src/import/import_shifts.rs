use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use scheduling_domain::demand::check_heads;
use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::id::{ScheduleId, ShiftTemplateId, TypedId};
use scheduling_domain::ports::UnitOfWork;
use scheduling_domain::record::{Entity, Record};
use scheduling_domain::roster::Heads;
use scheduling_domain::rules::Outcome;
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::{Shift, ShiftFilter};
use scheduling_domain::shift_template::ShiftTemplateFilter;

use super::{Column, ImportError, ImportReport, Row, RowOutcome, settle};
use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::reader::Reader;
use crate::roster::Assessment;
use crate::schedules::{Pattern, PlanRefusal, may_plan};
use crate::shifts::Crews;
use crate::unit::retry;

/// The columns of a file of shifts: a template's code, a working day, and the heads wanted. `min` is 0 and `max` without
/// limit where they are blank.
pub const SHIFT_COLUMNS: &[Column] = &[
    Column { name: "template", required: true },
    Column { name: "on", required: true },
    Column { name: "target", required: true },
    Column { name: "min", required: false },
    Column { name: "max", required: false },
];

/// What a missing head costs, and one too many: as in the demand of those who say nothing else.
const WEIGHTS: (i64, i64) = (100, 10);

/// Creates shifts of a schedule from templates; one that is there on that day gets the heads of its row, if the rules allow
/// that to its crew.
pub async fn import_shifts(
    app: &App,
    actor: &Actor,
    schedule: ScheduleId,
    rows: &[Row],
    dry_run: bool,
) -> Result<ImportReport, ImportError> {
    retry(|| import_once(app, actor, schedule, rows, dry_run)).await
}

async fn import_once(
    app: &App,
    actor: &Actor,
    schedule: ScheduleId,
    rows: &[Row],
    dry_run: bool,
) -> Result<ImportReport, ImportError> {
    let mut uow = app.store.begin(actor.organization).await?;
    let outcome = import_in(app, actor, uow.as_mut(), schedule, rows).await;
    let entry = Entry::new(app, actor, Shift::KIND, "import").with("schedule_id", schedule.get());
    settle(uow, outcome, entry, dry_run).await
}

async fn import_in(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    schedule: ScheduleId,
    rows: &[Row],
) -> Result<ImportReport, ImportError> {
    let book = Book::open(actor, uow, schedule).await?;
    let mut seen = HashSet::new();
    let mut report = ImportReport::default();
    for row in rows {
        let outcome = match book.parse(row, &mut seen) {
            Err(faults) => RowOutcome::Refused(faults),
            Ok((shift, Some(before))) if before.heads == shift.heads => RowOutcome::Unchanged,
            Ok((shift, Some(before))) => book.change(app, uow, before, shift.heads).await?,
            Ok((shift, None)) => {
                uow.shifts().insert(&shift, app.now()).await?;
                RowOutcome::Created
            }
        };
        report.rows.push((row.line, outcome));
    }
    Ok(report)
}

/// Everything that rows refer to.
struct Book {
    schedule: Record<Schedule>,
    crews: Crews,
    patterns: HashMap<String, (ShiftTemplateId, Pattern)>,
    known: HashMap<(ShiftTemplateId, Date), Record<Shift>>,
}

impl Book {
    /// Reads them under the locks of the schedule, its shifts and whoever works them, so that nobody is put on a shift whose
    /// heads change.
    async fn open(actor: &Actor, uow: &mut dyn UnitOfWork, id: ScheduleId) -> Result<Self, ImportError> {
        let schedule = uow.schedules().find_locked(id).await?.ok_or(ImportError::NoSchedule(id))?;
        may_plan(actor, &schedule).map_err(|refusal| match refusal {
            PlanRefusal::NotFound => ImportError::NoSchedule(id),
            PlanRefusal::Forbidden => ImportError::Forbidden,
        })?;
        let filter = ShiftFilter { schedule_ids: Some(vec![id]), ..ShiftFilter::default() };
        let ids = uow.shifts().list_all(&filter).await?.into_iter().map(|shift| shift.id).collect();
        let crews = Crews::lock(uow, ids).await?;
        let shifts = uow.shifts().list_all(&filter).await?;
        let templates = uow.shift_templates().list_all(&ShiftTemplateFilter::default()).await?;
        let mut patterns = HashMap::new();
        for template in templates {
            if let Some(pattern) = Pattern::load(&mut Reader::Unit(uow), &schedule, template.id).await? {
                patterns.insert(template.code.clone(), (template.id, pattern));
            }
        }
        let known = shifts.into_iter().filter_map(|shift| Some(((shift.template_id?, shift.on), shift))).collect();
        Ok(Self { schedule, crews, patterns, known })
    }

    /// The shift that a row asks for, and the one that stands in its place.
    fn parse(
        &self,
        row: &Row,
        seen: &mut HashSet<(ShiftTemplateId, Date)>,
    ) -> Result<(Shift, Option<&Record<Shift>>), Faults> {
        let mut faults = Faults::new();
        let pattern = row.required("template", &mut faults).and_then(|code| {
            let pattern = self.patterns.get(code);
            faults.require(pattern.is_some(), || {
                Fault::new("/template", "unknown_reference").with("kind", "shift_template").with("id", code)
            });
            pattern
        });
        let on = row.required_as::<Date>("on", "date", &mut faults);
        if let Some(on) = on {
            let period = self.schedule.period;
            faults.require(period.contains(on), || {
                let last = period.end.yesterday().unwrap_or(period.end);
                Fault::new("/on", "out_of_range").with("min", period.first).with("max", last).with("actual", on)
            });
        }
        let heads = heads(row, &mut faults);
        let (Some((template, pattern)), Some(on), Some(heads)) = (pattern, on, heads) else { return Err(faults) };
        faults.require(seen.insert((*template, on)), || Fault::new("/on", "repeated"));
        let shift = faults.take(pattern.shift(heads, on));
        let shift = shift.filter(|_| faults.is_empty()).ok_or(faults)?;
        Ok((shift, self.known.get(&(*template, on))))
    }

    /// Gives a shift other heads, unless rules stand against it; a file brings nobody's consent.
    async fn change(
        &self,
        app: &App,
        uow: &mut dyn UnitOfWork,
        before: &Record<Shift>,
        heads: Heads,
    ) -> Result<RowOutcome, ImportError> {
        let wanted = Shift { heads, ..before.value.clone() };
        let assessment = self.crews.assess(uow, &self.schedule, before, &wanted).await?;
        Ok(match assessment.outcome {
            Outcome::Blocked | Outcome::NeedsConsent => RowOutcome::Refused(crowded(&assessment)),
            Outcome::Noted | Outcome::Allowed => {
                uow.shifts().update(before.id, before.version, &wanted, app.now()).await?;
                RowOutcome::Changed
            }
        })
    }
}

/// What stands against other heads, in the rules' own codes. It is always the maximum: that there are too few people counts
/// only when the roster is complete.
fn crowded(assessment: &Assessment) -> Faults {
    let obstacles = assessment.obstacles.iter();
    obstacles
        .map(|finding| Fault { pointer: "/max".to_owned(), code: finding.code, args: finding.args.clone() })
        .collect()
}

/// The heads of a row; `max` is without limit where it is blank.
fn heads(row: &Row, faults: &mut Faults) -> Option<Heads> {
    let target = row.required_as("target", "number", faults);
    let min = row.parsed("min", "number", faults).unwrap_or(0);
    let max = row.parsed("max", "number", faults);
    let (under_weight, over_weight) = WEIGHTS;
    let heads = Heads { min, target: target?, max, under_weight, over_weight };
    let mut wrong = Faults::new();
    check_heads(&mut wrong, "", &heads);
    faults.take(wrong.into_result(heads))
}
