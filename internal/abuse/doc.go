// Package abuse attacks the running program from outside, over real HTTP, as an outsider, a customer, an
// officer or the database's administrator would. It holds tests only.
//
// Guaranteed: every attack stands beside a control, the same request made lawfully, which must succeed;
// so an endpoint that answers nothing cannot pass. No attack is answered by a fault of the server, and a
// refused one leaves the case's version as it was, unless the refusal itself is recorded on the timeline.
// A test is named after the attack and the promises that it defends (spec/README.md, "ids").
//
// One stands apart: it asks the register of documents directly, and holds what is found against a naive search.
package abuse
