package leaf_test

import (
	"fmt"

	"github.com/ocrmux/ocrmux/internal/leaf"
)

func ExampleFlatten() {
	body := []byte(`{"code": 200, "data": {"info": {"name": "样本"}, "boxes": []}}`)
	answer, err := leaf.Flatten("text/html", body, leaf.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.Format)
	for _, l := range answer.Leaves {
		fmt.Println(l.Path, l.Type, l.Value)
	}
	// Output:
	// json
	// /code number 200
	// /data/info/name string 样本
	// /data/boxes empty_array
}
