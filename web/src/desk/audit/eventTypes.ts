/** Everything that can happen, by what it happens to, as `docs/events/` names it; a test compares the two. */
export const EVENT_TYPES = {
  ticket: ["Assigned", "CategoryChanged", "CustomFieldsChanged", "DepartmentChanged", "FeedbackGiven", "MessagePosted",
    "MessagesRead", "NoteAdded", "OrderLinked", "PriorityChanged", "SlaBreached", "SlaPolicyApplied", "SlaWarned",
    "StatusChanged", "SubjectChanged", "TagsChanged", "TicketArchived", "TicketDeleted", "TicketLinked", "TicketMergeReceived",
    "TicketMerged", "TicketOpened", "TicketSnoozed", "TicketUnlinked", "TicketWoken", "Unassigned"],
  chat: ["ChatAccepted", "ChatAssigned", "ChatConverted", "ChatEnded", "ChatStarted", "ChatTransferred", "FeedbackGiven",
    "MessagePosted", "MessagesRead"],
  customer: ["CustomerDetailsChanged", "CustomerRegistered", "PersonalDataErased", "VisitorAbsorbed", "VisitorMerged"],
  agent: ["AgentDeactivated", "AgentReactivated", "AgentRegistered", "AgentRenamed", "AvailabilityChanged", "CapacityChanged",
    "ChatSlotReleased", "ChatSlotTaken", "DepartmentsChanged", "RoleChanged", "SkillsChanged"],
  department: ["DepartmentArchived", "DepartmentChanged", "DepartmentCreated", "DepartmentRestored"],
  organisation: ["CategoriesChanged", "CustomFieldDefined", "CustomFieldRemoved", "OrganisationChanged", "OrganisationCreated",
    "WidgetChanged", "WidgetSecretRotated"],
  account: ["AccountOpened", "ApiTokenIssued", "ApiTokenRevoked", "PasswordChanged", "SignInRefused", "SignedIn", "SignedOut"],
} as const;
