package cinnabar

// ActorKind tells what acts (PLT-1).
type ActorKind string

const (
	Member ActorKind = "member"  // a person signed in, acting as exactly one organisation or as themself
	APIKey ActorKind = "api-key" // a program with a key of an organisation
	Device ActorKind = "device"  // an enrolled kiosk or agent
	Link   ActorKind = "link"    // whoever holds a one-time link, limited to its case and role
	Peer   ActorKind = "peer"    // another system that sends facts
	System ActorKind = "system"  // the program itself: deadlines, jobs
	Nobody ActorKind = ""        // not signed in
)

// Actor is who does something, on whose behalf, and from where. The zero Actor is nobody.
type Actor struct {
	Kind   ActorKind `json:"kind"`
	Person PersonID  `json:"person,omitempty"` // set for Member; for Link when the person is known
	Org    OrgID     `json:"org,omitempty"`    // the organisation acted for; empty: the person themself
	Name   string    `json:"name,omitempty"`   // display name at the time of acting
	Key    string    `json:"key,omitempty"`    // id of the API key, device, link, or peer

	// Scope limits a Link to one case and one role.
	Case CaseID `json:"case,omitempty"`
	Role string `json:"role,omitempty"`

	Roles []string `json:"-"` // the member's roles in Org
	// Departments of Org to which the member or key belongs.
	Departments []DepartmentID `json:"-"`

	Address string `json:"address,omitempty"`
	Agent   string `json:"agent,omitempty"` // device or browser as it names itself
	Session string `json:"-"`
}

// HasRole tells whether the actor holds a role in the organisation acted for.
func (a Actor) HasRole(role string) bool {
	for _, r := range a.Roles {
		if r == role {
			return true
		}
	}
	return false
}
