//! Where each action of the API stands in the table.

use super::Operation;

macro_rules! objects {
    ($($name:ident $text:literal, $means:literal;)+) => {
        /// How what an action is about is found to stand to the actor, and how an invisible one is answered.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Object {
            $(#[doc = $means] $name,)+
        }

        impl Object {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its name for people.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// How it is found to stand to the actor.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $means,)+ }
            }
        }
    };
}

objects! {
    Shared     "shared",        "It belongs to the whole organization, so it stands to everybody alike.";
    Own        "own",           "What is the caller's own by itself, whoever calls.";
    Account    "account",       "An account: the caller's own, or another's.";
    Person     "person",        "An employee, or something of theirs: by their team and their account.";
    Team       "team",          "What belongs to the team it names. A team is no secret: what is invisible in it answers 403.";
    Schedule   "schedule",      "A schedule: by its team. One that was never published takes `read_draft` to be read; one that was is known to all, so what else they may not do with it answers 403.";
    InSchedule "in a schedule", "What is to belong to the schedule that the body names. An invisible schedule is an unknown reference (422).";
    Instance   "instance",      "An instance of the service. It works for every organization, so it belongs to whoever runs them: the one named `default`. In any other, all answers are 403.";
    Draft      "draft",         "A part of a draft: by the team of its schedule.";
}

/// Something that a client of the API can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// Its name: the `operationId` of the API's document.
    pub id: &'static str,
    /// What it takes.
    pub operation: Operation,
    /// What it is about.
    pub object: Object,
}

/// The action of that name.
pub fn action(id: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.id == id)
}

macro_rules! actions {
    ($($operation:ident $object:ident: $($id:ident)+;)+) => {
        &[$($(Action { id: stringify!($id), operation: Operation::$operation, object: Object::$object },)+)+]
    };
}

/// Every action that takes a signed-in caller.
pub const ACTIONS: &[Action] = actions! {
    ReadReference Shared: listSites showSite listTeams showTeam listPositions showPosition listSkills showSkill
        listShiftTemplates showShiftTemplate;
    WriteReference Shared: createSite updateSite deleteSite createTeam updateTeam deleteTeam createPosition updatePosition
        deletePosition createSkill updateSkill deleteSkill createShiftTemplate updateShiftTemplate deleteShiftTemplate;
    ReadRules Shared: listRuleSets showRuleSet;
    WriteRules Shared: createRuleSet updateRuleSet deleteRuleSet;
    ReadDemand Team: listDemands showDemand;
    WriteDemand Team: createDemand updateDemand deleteDemand;
    ReadPerson Person: listEmployees showEmployee listEmployeeSkills showEmployeeSkill;
    WritePerson Person: updateEmployee deleteEmployee createEmployeeSkill updateEmployeeSkill deleteEmployeeSkill;
    WritePerson Team: createEmployee;
    ReadTerms Person: listEmployeeContracts showEmployeeContract;
    WriteTerms Person: createEmployeeContract updateEmployeeContract deleteEmployeeContract;
    ReadAvailability Person: listEmployeeAvailabilities showEmployeeAvailability;
    WriteAvailability Person: createEmployeeAvailability updateEmployeeAvailability deleteEmployeeAvailability;
    ReadPublished Schedule: listSchedules showSchedule showRoster;
    ReadDraft Schedule: checkSchedule;
    ReadDraft Draft: listShifts showShift listShiftAssignments showAssignment listOptimizations showOptimization;
    Plan Team: createSchedule;
    Plan Schedule: updateSchedule deleteSchedule generateShifts publishSchedule;
    Plan InSchedule: createShift createOptimization;
    Plan Draft: updateShift deleteShift createAssignment updateAssignment deleteAssignment cancelOptimization
        applyOptimization;
    ReadAccount Account: listUsers showUser;
    ReadAccount Own: showMe;
    WriteAccount Account: createUser inviteUser resetTotp;
    WriteOwnAccount Account: updateUser;
    ReadAudit Shared: listAuditEvents;
    TakeProfile Instance: takeProfile;
    OwnSecondFactor Account: showTotp enrolTotp confirmTotp replaceRecoveryCodes removeTotp;
    ManageSessions Account: listUserSessions endUserSessions endUserSession;
    OwnSession Account: logout showSession closeSession listOwnSessions endOwnSession;
    ReadApiKeys Account: listApiKeys;
    WriteApiKeys Own: createApiKey;
    WriteApiKeys Account: deleteApiKey;
};
