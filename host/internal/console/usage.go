package console

import (
	"cmp"
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
)

const (
	usagePath = Folder + "usage"
	// usageDays are shown unless somebody asks for others, at most maxUsageDays at once.
	usageDays    = 30
	maxUsageDays = 400
)

func (c *Console) usageRoutes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{"GET " + usagePath: c.inside(c.usagePage), "GET " + usagePath + ".csv": c.inside(c.usageCSV)}
}

// usageAsked is a query: whole days from From to To, both included, grouped by By.
type usageAsked struct {
	From, To time.Time
	By       money.Dimension
	// Problem says what is wrong with the query; the rest is then the default.
	Problem string
}

// usageDimensions are the ways in which usage can be grouped.
func usageDimensions(v *visitor) []money.Dimension {
	all := []money.Dimension{money.ByProvider, money.ByRoute, money.ByTenant, money.ByDay}
	return slices.DeleteFunc(all, func(d money.Dimension) bool { return d == money.ByTenant && !v.Admin() })
}

// askedUsage reads the query of a request.
func (c *Console) askedUsage(r *http.Request, v *visitor) usageAsked {
	y, m, d := c.local(c.cfg.Now()).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, c.cfg.Zone)
	byDefault := usageAsked{From: today.AddDate(0, 0, 1-usageDays), To: today, By: money.ByProvider}
	asked, q := byDefault, r.URL.Query()
	var err error
	for name, at := range map[string]*time.Time{"from": &asked.From, "to": &asked.To} {
		if text := q.Get(name); text != "" && err == nil {
			*at, err = time.ParseInLocation(time.DateOnly, text, c.cfg.Zone)
		}
	}
	if by := money.Dimension(q.Get("by")); by != "" {
		asked.By = by
	}
	switch {
	case err != nil || !slices.Contains(usageDimensions(v), asked.By):
		byDefault.Problem = v.T("usage.wrong")
	case asked.To.Before(asked.From):
		byDefault.Problem = v.T("usage.backwards")
	case asked.From.AddDate(0, 0, maxUsageDays).Before(asked.To):
		byDefault.Problem = v.T("usage.too-long", maxUsageDays)
	default:
		return asked
	}
	return byDefault
}

// usage returns the rows of the ledger by day and by the dimension of the query.
func (c *Console) usage(r *http.Request, v *visitor, asked usageAsked) (*money.Usage, error) {
	by := []money.Dimension{money.ByDay}
	if asked.By != money.ByDay {
		by = append(by, asked.By)
	}
	return c.cfg.Service.Usage(r.Context(), v.Tenant, money.Query{From: asked.From, To: asked.To.AddDate(0, 0, 1), By: by})
}

// usageData is the data of the page "usage".
type usageData struct {
	From, To, By string
	Dimensions   []optionView
	Problem      string
	Empty        bool
	Total        *usageRow
	Groups, Days []*usageRow
	Charts       []*chart
	Accounts     []*accountView
	// Since is the first day with complete records; empty if all are. Unreadable counts records that were left out, for admins.
	Since      string
	Unreadable int
	CSV        string
}

// usageRow is a row in the words of a page, with its numbers.
type usageRow struct {
	Day, Name                                      string
	Calls, Attempts, Billed, Unknown, Failed, Open string
	Cost, UnknownCost                              string
	sum                                            money.UsageRow
}

func (x *usageRow) say(currency money.Currency) *usageRow {
	n := &x.sum
	x.Calls, x.Attempts, x.Billed, x.Failed = number(n.Calls), number(n.Attempts), number(n.Billed), number(n.Failed)
	x.Unknown, x.Open, x.Cost = number(n.Unknown), number(n.Open), coins(currency, n.Cost)
	if n.UnknownCost != 0 {
		x.UnknownCost = coins(currency, n.UnknownCost)
	}
	return x
}

// groupOf returns the group of a row.
func groupOf(r *money.UsageRow, by money.Dimension) string {
	switch by {
	case money.ByProvider:
		return r.Provider
	case money.ByRoute:
		return r.Route
	case money.ByTenant:
		return r.Tenant
	default:
		return ""
	}
}

// groupWords returns the name of a group, also of one without a name.
func groupWords(v *visitor, by money.Dimension, name string) string {
	switch {
	case by == money.ByDay:
		return v.T("usage.all")
	case name == "":
		return v.T("usage.none-" + string(by))
	case name == money.OtherTenants:
		return v.T("usage.others")
	default:
		return name
	}
}

func (c *Console) usagePage(w http.ResponseWriter, r *http.Request, v *visitor) {
	asked := c.askedUsage(r, v)
	u, err := c.usage(r, v, asked)
	if err != nil {
		c.unreadable(w, r, err)
		return
	}
	currency := c.cfg.Service.Engine.Currency()
	data := &usageData{From: asked.From.Format(time.DateOnly), To: asked.To.Format(time.DateOnly), By: string(asked.By), Unreadable: u.Unreadable, Empty: len(u.Rows) == 0}
	for _, d := range usageDimensions(v) {
		data.Dimensions = append(data.Dimensions, optionView{string(d), v.T("usage.by-" + string(d)), d == asked.By})
	}
	data.CSV = usagePath + ".csv?" + url.Values{"from": {data.From}, "to": {data.To}, "by": {data.By}}.Encode()
	status := http.StatusOK
	if asked.Problem != "" {
		data.Problem, status = asked.Problem, http.StatusBadRequest
	}
	if !u.Since.IsZero() {
		data.Since = c.local(u.Since).Format(time.DateOnly)
	}
	c.sumUp(v, data, u.Rows, asked, currency)
	for _, a := range c.cfg.Service.Budgets(v.Tenant) {
		data.Accounts = append(data.Accounts, c.account(v, currency, a))
	}
	c.pages.show(w, r, status, "usage", c.page(v, data))
}

// sumUp makes the tables and charts of rows.
func (c *Console) sumUp(v *visitor, data *usageData, rows []money.UsageRow, asked usageAsked, currency money.Currency) {
	data.Total = new(usageRow)
	groups := make(map[string]*usageRow)
	calls, cost := newSeries(asked.From, asked.To), newSeries(asked.From, asked.To)
	for i := range rows {
		row := &rows[i]
		name := groupWords(v, asked.By, groupOf(row, asked.By))
		if groups[name] == nil {
			groups[name] = &usageRow{Name: name}
			data.Groups = append(data.Groups, groups[name])
		}
		day := &usageRow{Day: row.Day, Name: name}
		for _, x := range []*usageRow{data.Total, groups[name], day} {
			x.sum.Add(row)
		}
		data.Days = append(data.Days, day.say(currency))
		if asked.By == money.ByProvider {
			calls.add(name, row.Day, row.Attempts) // one call can have attempts at several providers
		} else {
			calls.add(name, row.Day, row.Calls)
		}
		cost.add(name, row.Day, int64(row.Cost))
	}
	slices.SortFunc(data.Groups, func(a, b *usageRow) int {
		return cmp.Or(cmp.Compare(b.sum.Calls, a.sum.Calls), cmp.Compare(a.Name, b.Name))
	})
	for _, g := range data.Groups {
		g.say(currency)
	}
	data.Total.say(currency)
	if asked.By == money.ByDay {
		data.Groups = nil // the total says the same
	}
	span, count := v.T("usage.span", data.From, data.To), "usage.chart-calls"
	if asked.By == money.ByProvider {
		count = "usage.chart-attempts"
	}
	data.Charts = []*chart{
		calls.chart("calls", v.T(count), span, v.T("usage.others"), number),
		cost.chart("cost", v.T("usage.chart-cost"), span, v.T("usage.others"), func(n int64) string { return coins(currency, money.Amount(n)) }),
	}
	if data.Total.sum.Cost == 0 {
		data.Charts = data.Charts[:1] // there was no cost
	}
}

func (c *Console) usageCSV(w http.ResponseWriter, r *http.Request, v *visitor) {
	asked := c.askedUsage(r, v)
	if asked.Problem != "" {
		c.refuse(w, r, &access.Refusal{Status: http.StatusBadRequest, Reason: message.New(message.RefusedDays)})
		return
	}
	u, err := c.usage(r, v, asked)
	if err != nil {
		c.unreadable(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="ocrmux-usage-`+asked.From.Format(time.DateOnly)+"-"+asked.To.Format(time.DateOnly)+`.csv"`)
	out := csv.NewWriter(w)
	head := []string{"day", "calls", "attempts", "billed", "unknown", "open", "failed", "cost", "unknown_cost", "currency"}
	if asked.By != money.ByDay {
		head = slices.Insert(head, 1, string(asked.By))
	}
	_ = out.Write(head) // a client that is gone does not matter
	currency := string(c.cfg.Service.Engine.Currency())
	for i := range u.Rows {
		row := &u.Rows[i]
		cells := []string{
			row.Day, strconv.FormatInt(row.Calls, 10), strconv.FormatInt(row.Attempts, 10), strconv.FormatInt(row.Billed, 10), strconv.FormatInt(row.Unknown, 10),
			strconv.FormatInt(row.Open, 10), strconv.FormatInt(row.Failed, 10), row.Cost.String(), row.UnknownCost.String(), currency,
		}
		if asked.By != money.ByDay {
			cells = slices.Insert(cells, 1, groupOf(row, asked.By))
		}
		_ = out.Write(cells)
	}
	out.Flush()
}

// unreadable answers if the ledger cannot be read.
func (c *Console) unreadable(w http.ResponseWriter, r *http.Request, err error) {
	c.cfg.Logger.ErrorContext(r.Context(), "the ledger cannot be read", "error", err)
	c.refuse(w, r, &access.Refusal{Status: http.StatusServiceUnavailable, Reason: message.New(message.RefusedLedger)})
}
