// Package route decides, for each call, which provider is asked, when, at what price, and when to stop.
//
// A [Router] knows the accounts (one for each provider: its traits, tariff and limits) and the routes over them. [Router.Run]
// carries out one call: it drops the providers that cannot serve it, ranks the others by the route's policy, and makes one attempt after
// another, or several at once, through a function that its caller gives. What an answer means for the next step is
// decided by the failure's own words (retryable, fail_over, fault, billed), never by an HTTP status.
//
// Around every attempt stand the account's protections (a circuit breaker, a rate limit and a limit of concurrent calls, all
// of failsafe-go), its parking after an operator's fault, and the budgets of package money. Everything that was considered comes
// back in order, each with the reason.
//
// Nothing here knows pictures, plugins or HTTP, so that a simulation of thousands of calls needs nothing but a scripted
// function; see docs/routing.md for what came of it.
package route
