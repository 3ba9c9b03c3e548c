package declarative

// request is one HTTP request, or one of several alternatives.
type request struct {
	place
	When      *condition      `json:"when,omitempty" jsonschema_description:"Of several alternatives: when this one is it. The last has none."`
	Method    *word           `json:"method,omitempty" jsonschema_description:"Default: POST, or GET without a body."`
	Path      *word           `json:"path,omitempty" jsonschema_description:"Appended to the endpoint."`
	Query     named[text]     `json:"query,omitempty" jsonschema_description:"Parameters of the query, in this order."`
	Headers   named[text]     `json:"headers,omitempty" jsonschema_description:"Headers. Content-Type follows from the body unless it is here."`
	Form      named[text]     `json:"form,omitempty" jsonschema_description:"A body of application/x-www-form-urlencoded."`
	Multipart named[text]     `json:"multipart,omitempty" jsonschema_description:"A body of multipart/form-data; fields with a filename are files."`
	JSON      named[jsonTree] `json:"json,omitempty" jsonschema_description:"A body of application/json: the members of an object."`
	Raw       *text           `json:"raw,omitempty" jsonschema_description:"A body as it is."`
	TimeoutMs *uint32         `json:"timeout_ms,omitempty" jsonschema_description:"Less time than the host would give, in milliseconds."`
}

// jsonTree is a value of a JSON body: numbers, true, false and null as they are written, every other text or value as a string,
// or an object, an array or a literal made of a text.
type jsonTree struct {
	place
	literal string
	expr    *jsonExpression
	text    *text
}

type jsonExpression struct {
	expression
	Object  named[jsonTree] `json:"object,omitempty" role:"source" jsonschema_description:"An object."`
	Array   []jsonTree      `json:"array,omitempty" role:"source" jsonschema_description:"An array."`
	Literal *text           `json:"literal,omitempty" role:"source" jsonschema_description:"A text that is written as a number, true, false or null."`
}

// exchange comes before the request.
type exchange struct {
	place
	Name    *word       `json:"name" jsonschema_description:"What it is called."`
	When    *condition  `json:"when,omitempty" jsonschema_description:"Left out unless this holds."`
	Request []request   `json:"request"`
	Cache   *cache      `json:"cache,omitempty" jsonschema_description:"Keep the answer, and what is captured from it, for later calls."`
	Capture named[word] `json:"capture,omitempty" jsonschema_description:"Secrets that are taken out of the answer: name and JSON pointer. They never come here."`
	Billed  *text       `json:"billed,omitempty" jsonschema_description:"What its answer costs: yes, no, unknown, or a text out of the answer. Default: no with cache, or else unknown."`
	Answer  *answer     `json:"answer,omitempty" jsonschema_description:"Default: it went well if everything was captured."`
}

type cache struct {
	place
	Key           *word   `json:"key,omitempty" jsonschema_description:"Default: the name of the exchange."`
	TTLSeconds    *uint32 `json:"ttl_seconds,omitempty" jsonschema_description:"How long it is good."`
	TTLPointer    *word   `json:"ttl_pointer,omitempty" jsonschema_description:"A JSON pointer to a number of seconds in the answer."`
	MarginSeconds *uint32 `json:"margin_seconds,omitempty" jsonschema_description:"Taken off the life, so that it is renewed before it ends."`
}

// answer tells success from failure.
type answer struct {
	place
	Unpack    []word     `json:"unpack,omitempty" jsonschema_description:"Pointers to texts that are JSON themselves and are read in their place."`
	RequestID *source    `json:"request_id,omitempty" jsonschema_description:"What the vendor's support asks for."`
	Gateway   []table    `json:"gateway,omitempty" jsonschema_description:"Tables that are asked before success, for what stands in front of the vendor."`
	Success   *condition `json:"success,omitempty" jsonschema_description:"When the answer is one of a card. Default: when it has any field of one."`
	Empty     *table     `json:"empty,omitempty" jsonschema_description:"The failure of a success that has no field of a card. Default: no_document, billed as a card."`
	Failures  []table    `json:"failures,omitempty" jsonschema_description:"Tables of failures, asked in this order."`
}

// table is a table of failures: words are matched first, then codes, then otherwise.
type table struct {
	place
	When          *condition     `json:"when,omitempty" jsonschema_description:"Asked only if this holds."`
	VendorCode    *source        `json:"vendor_code,omitempty" jsonschema_description:"The vendor's code."`
	VendorMessage *source        `json:"vendor_message,omitempty" jsonschema_description:"The vendor's words."`
	RequestID     *source        `json:"request_id,omitempty" jsonschema_description:"Rather than the answer's own."`
	Billed        *text          `json:"billed,omitempty" jsonschema_description:"yes, no or nothing, out of the answer: it goes before what the tables say."`
	RetryAfter    *bool          `json:"retry_after,omitempty" jsonschema_description:"Pass on the header Retry-After; default true."`
	Abridge       bool           `json:"abridge,omitempty" jsonschema_description:"Leave long parameters out of the vendor's words, which repeat the request."`
	Codes         named[failure] `json:"codes,omitempty" jsonschema_description:"What the vendor's codes mean."`
	Words         []wordRule     `json:"words,omitempty" jsonschema_description:"What the vendor's words mean; the first that fits counts."`
	Otherwise     *failure       `json:"otherwise,omitempty" jsonschema_description:"Any other failure; pass: the next table. Default: a code that the document does not list, or, without a code, an answer without form."`
	Signals       named[source]  `json:"signals,omitempty" jsonschema_description:"As for the card."`
}

// failure is a kind alone, or a kind with what differs from what is usual for it.
type failure struct {
	place
	kind *word
	body *failureBody
}

type failureBody struct {
	place
	Kind      *word `json:"kind,omitempty" role:"source" enum:"invalid_request,invalid_image,no_document,unreadable,unauthenticated,permission_denied,quota_exhausted,rate_limited,unavailable,timeout,outcome_unknown,provider_error,internal" jsonschema_description:"What happened."`
	NoAnswer  *word `json:"no_answer,omitempty" role:"source" jsonschema_description:"The answer is not in the vendor's form, as it lacks this: a failure by HTTP status."`
	Message   *text `json:"message,omitempty" jsonschema_description:"In your own words, for an operator. No field values."`
	Retryable *bool `json:"retryable,omitempty" jsonschema_description:"The same call may succeed later."`
	FailOver  *bool `json:"fail_over,omitempty" jsonschema_description:"Another vendor might do better."`
	Billed    *word `json:"billed,omitempty" enum:"yes,no,unknown"`
	Fault     *word `json:"fault,omitempty" enum:"caller,operator,vendor,network" jsonschema_description:"Who can mend it."`
	Again     *word `json:"again,omitempty" jsonschema_description:"Name of an exchange under before: forget its answer and begin again with it, once. For a token that is refused."`
}

// wordRule is a failure by the vendor's words.
type wordRule struct {
	failureBody
	Contains []word     `json:"contains,omitempty" jsonschema_description:"Has one of these within."`
	Mentions []word     `json:"mentions,omitempty" jsonschema_description:"Has one of these within, in upper or lower case."`
	When     *condition `json:"when,omitempty" jsonschema_description:"And this holds."`
}

// refusal is a failure before anything is sent.
type refusal struct {
	failureBody
	When *condition `json:"when" jsonschema_description:"When the call fails."`
}

// card is what an answer says of the card.
type card struct {
	place
	Side     *text         `json:"side,omitempty" jsonschema_description:"front, back, by_fields (by which fields are there), or a text out of the answer."`
	Fields   named[field]  `json:"fields" jsonschema_description:"Standard names and where they are read."`
	Billed   *text         `json:"billed,omitempty" jsonschema_description:"yes, no, unknown, or a text out of the answer."`
	Rotation *source       `json:"rotation,omitempty" jsonschema_description:"Degrees clockwise by which the card is turned."`
	Portrait *polygon      `json:"portrait,omitempty" jsonschema_description:"Where the portrait is in the picture that was sent."`
	Signals  named[source] `json:"signals,omitempty" jsonschema_description:"What is said of the picture: an expression that gives yes, no or not_checked."`
	Checks   named[source] `json:"checks,omitempty" jsonschema_description:"What the vendor checked: an expression that gives pass, fail or not_checked."`
	Extras   *extras       `json:"extras,omitempty" jsonschema_description:"What the vendor says beyond the model."`
}

// field is where a field is read, or that with what else is said of it.
type field struct {
	place
	from *source
	body *fieldBody
}

type fieldBody struct {
	place
	Text       *source    `json:"text" jsonschema_description:"Where it is read."`
	Confidence *source    `json:"confidence,omitempty" jsonschema_description:"How sure the vendor is."`
	Scale      *float64   `json:"scale,omitempty" jsonschema_description:"The confidence that means 1; default 1."`
	Polygon    *polygon   `json:"polygon,omitempty" jsonschema_description:"Where it is in the picture that was sent."`
	Uncertain  *condition `json:"uncertain,omitempty" jsonschema_description:"When the vendor doubts it."`
}

// polygon is a box or a list of points.
type polygon struct {
	place
	Each   *word      `json:"each,omitempty" jsonschema_description:"A pointer to a list; all other pointers then start at the first of its items for which where holds."`
	Where  *condition `json:"where,omitempty"`
	Box    []word     `json:"box,omitempty" jsonschema_description:"Pointers to left, top, width and height."`
	Points *word      `json:"points,omitempty" jsonschema_description:"A pointer above all coordinates: x, y, x, y …"`
}

type extras struct {
	place
	Rest   []word        `json:"rest,omitempty" jsonschema_description:"Pointers; everything below them that nothing in the file names."`
	Except []word        `json:"except,omitempty" jsonschema_description:"Names below rest that are left out, too."`
	Named  named[source] `json:"named,omitempty" jsonschema_description:"Texts out of the answer by name."`
}
