// Package route decides, for each call, which provider is asked, when, at what price, and when to stop.
//
// A [Router] knows the accounts (one for each provider: its traits, tariff and limits) and the routes over them. [Router.Run]
// carries out one call: it drops the providers that cannot serve it, ranks the others by the route's policy, and makes one
// attempt after another, or several at once, through a function of its caller. What a failure means for the next step is
// decided by its own fields (Retryable, FailOver, Fault) and by what was billed, never by an HTTP status.
//
// Each attempt passes the account's protection (a circuit breaker, a rate limit and a limit of concurrent calls, all of
// failsafe-go, and its parking after a failure that an operator must resolve) and the budgets of package money. The verdict
// lists every provider that was considered, in order, with the reason.
//
// Reasons are messages of package message: codes with parameters that the command line and the API write in English and the
// console in the language of its page.
//
// The package does not depend on pictures, plugins or HTTP, so that thousands of calls can be simulated with a scripted
// function. docs/routing.md has the results.
package route
