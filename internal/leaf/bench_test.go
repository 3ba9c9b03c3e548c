package leaf_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/internal/leaf"
)

// answer is about 1 KB, in the shape of a vendor's.
const answer = `{"code":200,"msg":"成功","taskNo":"00000000000000000000","charge":true,"data":{"result":0,"side":"front",` +
	`"info":{"number":"000000000000000000","name":"样本","address":"样本省样本市样本区样本路一百零八号样本小区一号楼二单元三零一室","year":"1990","month":"1","day":"2",` +
	`"nation":"汉","sex":"男"},"validity":{"birthday":true,"number":true,"address":true,"sex":true,"name":true}},` +
	`"boxes":[{"x":120,"y":80,"w":40,"h":22,"score":0.9871},{"x":120,"y":130,"w":40,"h":22,"score":0.9712},` +
	`{"x":220,"y":130,"w":60,"h":22,"score":0.9931},{"x":120,"y":180,"w":260,"h":22,"score":0.9455},` +
	`{"x":120,"y":230,"w":420,"h":66,"score":0.9003},{"x":220,"y":340,"w":420,"h":24,"score":0.9999}],` +
	`"request":{"id":"SPECIMEN-0000-0000","host":"ocr.example.com","version":"1.0.0","time":1545829466000,"note":"SPECIMEN 样本"}}`

// picture is 700 KB of base64.
var picture = strings.Repeat("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZn", 16_000)

func BenchmarkAnswer(b *testing.B) {
	benchmarkJSON(b, []byte(answer))
}

func BenchmarkInboundPicture(b *testing.B) {
	benchmarkJSON(b, []byte(`{"img":"`+picture+`","figure":true}`))
}

func BenchmarkInboundPictureWithEscapedSlashes(b *testing.B) {
	benchmarkJSON(b, []byte(`{"img":"`+strings.ReplaceAll(picture, "Z", `\/`)+`","figure":true}`))
}

func benchmarkJSON(b *testing.B, body []byte) {
	b.Run("leaf", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := leaf.Flatten("application/json", body, leaf.Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			var v map[string]any
			if err := json.Unmarshal(body, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkInboundForm(b *testing.B) {
	body := []byte("imgData=" + url.QueryEscape(strings.ReplaceAll(picture, "Z", "/")) + "&need_more_info=1")
	b.Run("leaf", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := leaf.Flatten("application/x-www-form-urlencoded", body, leaf.Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("net-url", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := url.ParseQuery(string(body)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
