package declarative

import "github.com/ocrmux/ocrmux/internal/yamltree"

// The types of this file are a provider file as it is written: the decoder, the JSON Schema and the compiler all go by them. A
// list may be written as its only item. Tags named role say what a key of an expression is, see roles.

// place is the place of something in the file.
type place struct {
	node *yamltree.Node
}

func (p *place) stand(n *yamltree.Node) { p.node = n }

// document is a whole file.
type document struct {
	place
	Manifest   *tree            `json:"manifest" jsonschema_description:"The descriptor, as in a manifest.json."`
	Endpoint   *word            `json:"endpoint,omitempty" jsonschema_description:"Scheme, host, port and optional path prefix of the vendor's API, unless the provider's config has an endpoint. Default: the manifest's host, if it has one only."`
	Conditions named[condition] `json:"conditions,omitempty" jsonschema_description:"Conditions by name, to stand where a condition does."`
	Values     named[text]      `json:"values,omitempty" jsonschema_description:"Texts and values by name, to stand as {value: NAME}; such as what is signed. One may use those above it."`
	Refuse     []refusal        `json:"refuse,omitempty" jsonschema_description:"Calls that fail before anything is sent."`
	Before     []exchange       `json:"before,omitempty" jsonschema_description:"Exchanges that come before the request, such as one for a token."`
	Request    []request        `json:"request" jsonschema_description:"The request for a card, or alternatives of which the first counts whose when holds."`
	Answer     *answer          `json:"answer,omitempty" jsonschema_description:"How a card is told from a failure, and what failures mean."`
	Card       *card            `json:"card" jsonschema_description:"What an answer says of the card."`
}

// text is a text or a value: a scalar as it is, a list one after the other, or an expression.
type text struct {
	place
	literal *word
	items   []text
	expr    *expression
}

// source is a text out of an answer: a JSON pointer, a list of them of which the first counts that leads to a text, or an
// expression.
type source struct{ text }

// expression has exactly one source, and what goes with it.
type expression struct {
	place
	Secret     *word  `json:"secret,omitempty" role:"source" jsonschema_description:"A secret by name. It never comes here."`
	Image      *word  `json:"image,omitempty" role:"source" enum:"raw,base64,base64_percent,url,format,size" jsonschema_description:"The picture in this encoding, its address, its format (jpg, png, bmp, webp) or its bytes."`
	Hash       *word  `json:"hash,omitempty" role:"source" enum:"md5,sha1,sha256,sha512,sm3" jsonschema_description:"The digest of data."`
	HMAC       *word  `json:"hmac,omitempty" role:"source" enum:"md5,sha1,sha256,sha512,sm3" jsonschema_description:"The keyed digest of data."`
	Sign       *word  `json:"sign,omitempty" role:"source" enum:"rsa-sha256" jsonschema_description:"The RSA signature of data; its key is a PEM private key."`
	Body       *yes   `json:"body,omitempty" role:"source" jsonschema_description:"The final bytes of the request's body; not within the body."`
	Parameters *word  `json:"parameters,omitempty" role:"source" enum:"sorted,listed" jsonschema_description:"All other parameters of query, form and multipart, sorted by name or as they are listed."`
	Time       *word  `json:"time,omitempty" role:"source" enum:"s,ms,date,datetime,basic_date,basic_datetime" jsonschema_description:"The time of the call: seconds or milliseconds since 1970, 2006-01-02, 2006-01-02T15:04:05Z, 20060102, 20060102T150405Z."`
	Nonce      *yes   `json:"nonce,omitempty" role:"source" jsonschema_description:"32 hexadecimal digits, fresh for each exchange."`
	URL        *word  `json:"url,omitempty" role:"source" enum:"host,path" jsonschema_description:"The host with its port, or the path, of the request."`
	Config     *word  `json:"config,omitempty" role:"source" jsonschema_description:"A setting of the provider."`
	Option     *word  `json:"option,omitempty" role:"source" jsonschema_description:"An option of the caller."`
	Side       *yes   `json:"side,omitempty" role:"source" jsonschema_description:"Which side the caller believes it is: front, back or nothing."`
	Pointer    *word  `json:"pointer,omitempty" role:"source" jsonschema_description:"The text at a JSON pointer of the answer."`
	Header     *word  `json:"header,omitempty" role:"source" jsonschema_description:"A header of the answer."`
	Status     *yes   `json:"status,omitempty" role:"source" jsonschema_description:"The HTTP status of the answer."`
	Lacks      *word  `json:"lacks,omitempty" role:"source" jsonschema_description:"Words that say that the answer lacks this."`
	Signed     *word  `json:"signed,omitempty" role:"source" jsonschema_description:"How the value of this name looked when it was sent, for a person: secrets and pictures left out."`
	Value      *word  `json:"value,omitempty" role:"source" jsonschema_description:"What stands under this name in values."`
	Join       []text `json:"join,omitempty" role:"source" jsonschema_description:"One after the other, as a list is."`
	First      []text `json:"first,omitempty" role:"source" jsonschema_description:"The first text that is not empty."`
	Choose     []text `json:"choose,omitempty" role:"source" jsonschema_description:"The first whose when holds."`

	Key     *text       `json:"key,omitempty" role:"key" jsonschema_description:"The key of an hmac or a signature."`
	Data    *text       `json:"data,omitempty" role:"data" jsonschema_description:"What is hashed or signed."`
	Output  *word       `json:"output,omitempty" role:"data" enum:"hex,hex_upper,base64,raw" jsonschema_description:"How the digest is written."`
	Assign  *word       `json:"assign,omitempty" role:"parameters" jsonschema_description:"What stands between the name and the value of a parameter."`
	Between *word       `json:"between,omitempty" role:"parameters" jsonschema_description:"What stands between two parameters."`
	Each    *word       `json:"each,omitempty" role:"pointer" jsonschema_description:"A pointer to a list; the pointer then starts at the first of its items for which where holds."`
	Where   *condition  `json:"where,omitempty" role:"pointer" jsonschema_description:"What must hold for an item; pointers in it start at the item."`
	Whole   bool        `json:"whole,omitempty" role:"join" jsonschema_description:"Nothing at all if one of the pieces is empty."`
	After   *word       `json:"after,omitempty" role:"text" jsonschema_description:"Only what stands after this."`
	Trim    *word       `json:"trim,omitempty" role:"text" jsonschema_description:"Characters that are taken off both ends."`
	Map     named[word] `json:"map,omitempty" role:"text" jsonschema_description:"What each text becomes; any other becomes nothing."`
	Abridge bool        `json:"abridge,omitempty" role:"text" jsonschema_description:"Parameters behind a ? are replaced by their length where they are long."`
	Default *word       `json:"default,omitempty" role:"text" jsonschema_description:"The text where there would be none."`
	When    *condition  `json:"when,omitempty" role:"when" jsonschema_description:"Left out unless this holds."`

	Filename    *text `json:"filename,omitempty" role:"part" jsonschema_description:"Makes a file of a field of multipart."`
	ContentType *text `json:"content_type,omitempty" role:"part" jsonschema_description:"The content type of a field of multipart."`
}

// condition is the name of one, a list of which all must hold, or a test.
type condition struct {
	place
	name  *word
	items []condition
	test  *test
}

// test has exactly one subject, and at most one comparison. Without one, it asks whether there is something.
type test struct {
	place
	All     []condition `json:"all,omitempty" role:"source" jsonschema_description:"All hold."`
	Any     []condition `json:"any,omitempty" role:"source" jsonschema_description:"At least one holds."`
	Not     *condition  `json:"not,omitempty" role:"source" jsonschema_description:"Does not hold."`
	Secret  []word      `json:"secret,omitempty" role:"source" jsonschema_description:"The secret is configured or captured; of a list, all are."`
	Extra   *word       `json:"extra,omitempty" role:"source" jsonschema_description:"The caller wants this extra, such as portrait."`
	Fields  *word       `json:"fields,omitempty" role:"source" enum:"any" jsonschema_description:"The answer has any field of the card."`
	Exists  *word       `json:"exists,omitempty" role:"source" jsonschema_description:"There is anything at or below this pointer of the answer."`
	Image   *word       `json:"image,omitempty" role:"subject" enum:"bytes,url,format,size" jsonschema_description:"The picture: came as bytes, came as an address; its format; its bytes."`
	Side    *yes        `json:"side,omitempty" role:"subject" jsonschema_description:"The side the caller believes it is."`
	Config  *word       `json:"config,omitempty" role:"subject" jsonschema_description:"A setting of the provider."`
	Option  *word       `json:"option,omitempty" role:"subject" jsonschema_description:"An option of the caller."`
	Pointer *word       `json:"pointer,omitempty" role:"subject" jsonschema_description:"The text at a JSON pointer of the answer."`
	Below   *word       `json:"below,omitempty" role:"subject" jsonschema_description:"Any text below a JSON pointer of the answer."`
	Header  *word       `json:"header,omitempty" role:"subject" jsonschema_description:"A header of the answer."`
	Status  *yes        `json:"status,omitempty" role:"subject" jsonschema_description:"The HTTP status of the answer."`
	Signed  *word       `json:"signed,omitempty" role:"subject" jsonschema_description:"The value of this name, if it was sent."`
	Value   *word       `json:"value,omitempty" role:"subject" jsonschema_description:"The text of this name in values."`

	Is       []word   `json:"is,omitempty" role:"comparison" jsonschema_description:"Is one of these texts."`
	Contains []word   `json:"contains,omitempty" role:"comparison" jsonschema_description:"Has one of these within."`
	Mentions []word   `json:"mentions,omitempty" role:"comparison" jsonschema_description:"Has one of these within, in upper or lower case."`
	Above    *float64 `json:"above,omitempty" role:"comparison" jsonschema_description:"Is a number greater than this."`
}
