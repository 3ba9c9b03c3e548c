package main

import "github.com/ocrmux/ocrmux/sdk"

// answer finds the card's fields, image_status and idcard_number_type: in retdata, then at the top. The document has no
// complete sample and describes retdata as "data, an object or a string".
type answer struct{ data, top sdk.Leaves }

// newAnswer reads retdata as an object, a list of one (in XML, an element item), or a text with either as JSON.
func newAnswer(r *sdk.Response) answer {
	data := r.Below("/retdata")
	if text := r.Text("/retdata"); text != "" {
		data, _ = sdk.FlattenJSON(text) // other texts have no fields
	}
	for _, item := range []string{"/0", "/item"} {
		if data.Has(item) {
			data = data.Below(item)
		}
	}
	return answer{data, r.Leaves}
}

// text returns the field with a name, which is a text or an object with words.
func (a answer) text(name string) string {
	at := []string{"/" + name, "/" + name + "/words"}
	if s := a.data.First(at...); s != "" {
		return s
	}
	return a.top.First(at...)
}

// front returns the fields of the portrait side that were read.
func (a answer) front() []sdk.Field {
	return sdk.Fields(
		sdk.Read(sdk.Name, a.text("姓名")),
		sdk.Read(sdk.Sex, a.text("性别")),
		sdk.Read(sdk.Ethnicity, a.text("民族")),
		sdk.Read(sdk.BirthDate, a.text("出生")),
		sdk.Read(sdk.Address, a.text("住址")),
		sdk.Read(sdk.IDNumber, a.text("公民身份号码")),
	)
}

// back returns the fields of the emblem side that were read.
func (a answer) back() []sdk.Field {
	return sdk.Fields(
		sdk.Read(sdk.IssuingAuthority, a.text("签发机关")),
		sdk.Read(sdk.ValidFrom, a.text("签发日期")),
		sdk.Read(sdk.ValidUntil, a.text("失效日期")),
	)
}

// extras returns the members of retdata that are not documented, and the time of the answer in seconds since 1970.
func (a answer) extras() []sdk.Extra {
	extras := a.data.Extras(
		"姓名", "性别", "民族", "出生", "住址", "公民身份号码", "签发机关", "签发日期", "失效日期",
		"image_status", "idcard_number_type", "@id",
	)
	if t := a.top.Text("/time"); t != "" {
		extras = append(extras, sdk.Extra{Name: "time", Value: t})
	}
	return extras
}

// tooLong reports whether retdata is a text that is longer than a leaf.
func tooLong(r *sdk.Response) bool {
	l := r.Leaf("/retdata")
	return l != nil && l.Handle != 0
}
