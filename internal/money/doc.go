// Package money keeps what calls cost: prices, the packages they are bought in, budgets, and a ledger of every attempt.
//
// A [Tariff] says what the next call of an account costs and why. A [Book] keeps the budgets and the counters of the packages in a
// store.Store. [Book.Reserve] takes the price of a call from every budget and package that it concerns, all or nothing, before
// the vendor is asked. [Reservation.Settle] keeps the price or returns it when the answer has arrived.
//
// # Why nothing is overspent
//
// Each counter is one document of the store, changed by compare-and-set. It has what was spent, what may have been billed
// (unknown), and the leases of the programs that use it. A Book spends only what it has leased, in memory. It leases blocks of
// about a 64th of what is left, and exactly what is needed near the end. Spent, unknown and leased units together never exceed
// the limit, for any number of programs.
//
// # Why nothing is forgotten
//
// The ledger has the intent before a vendor is asked for money ([Reservation.Wait]). A lease has an end. A program that could not
// renew its lease in time stops using it, and the next program that finds the lease reads the ledger of the first: settled attempts
// are spent, attempts without an end are unknown, the rest is free again. One compare-and-set does this, so it happens exactly once.
// If an attempt of a lost lease is settled later, the ledger has its cost, and the budget counts it as unknown.
package money
