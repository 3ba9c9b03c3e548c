package specimen

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// division is one county-level place of GB/T 2260.
type division struct{ code, province, city, county string }

func divisions() []division {
	return []division{
		{"110101", "", "北京市", "东城区"}, {"110108", "", "北京市", "海淀区"}, {"310115", "", "上海市", "浦东新区"},
		{"500112", "", "重庆市", "渝北区"}, {"120104", "", "天津市", "南开区"}, {"440305", "广东省", "深圳市", "南山区"},
		{"440106", "广东省", "广州市", "天河区"}, {"330106", "浙江省", "杭州市", "西湖区"}, {"320102", "江苏省", "南京市", "玄武区"},
		{"510107", "四川省", "成都市", "武侯区"}, {"420106", "湖北省", "武汉市", "武昌区"}, {"430102", "湖南省", "长沙市", "芙蓉区"},
		{"610113", "陕西省", "西安市", "雁塔区"}, {"370202", "山东省", "青岛市", "市南区"}, {"210102", "辽宁省", "沈阳市", "和平区"},
		{"230103", "黑龙江省", "哈尔滨市", "南岗区"}, {"530102", "云南省", "昆明市", "五华区"}, {"350203", "福建省", "厦门市", "思明区"},
		{"340104", "安徽省", "合肥市", "蜀山区"}, {"410105", "河南省", "郑州市", "金水区"}, {"130102", "河北省", "石家庄市", "长安区"},
		{"360102", "江西省", "南昌市", "东湖区"}, {"520102", "贵州省", "贵阳市", "南明区"}, {"450103", "广西壮族自治区", "南宁市", "青秀区"},
		{"650102", "新疆维吾尔自治区", "乌鲁木齐市", "天山区"}, {"150102", "内蒙古自治区", "呼和浩特市", "新城区"},
		{"640104", "宁夏回族自治区", "银川市", "兴庆区"}, {"540102", "西藏自治区", "拉萨市", "城关区"},
		{"411722", "河南省", "", "上蔡县"}, {"430626", "湖南省", "", "平江县"}, {"320682", "江苏省", "", "如皋市"},
		{"513433", "四川省", "", "冕宁县"}, {"532324", "云南省", "", "南华县"}, {"622921", "甘肃省", "", "临夏县"},
	}
}

func drawAddress(r *rand.Rand, d division) string {
	head := d.province + d.city + d.county
	if d.city == "" || r.IntN(5) == 0 {
		head += pick(r, strings.Fields("凤凰镇石桥村 双河乡大湾村 城关镇朝阳村 柳林镇杨家湾 长乐镇东风村 青山乡卧龙村"))
		return head + pick(r, []string{
			fmt.Sprintf("%d组%d号", 1+r.IntN(12), 1+r.IntN(99)),
			fmt.Sprintf("%d号", 1+r.IntN(300)),
			fmt.Sprintf("第%d村民小组%d号附%d号", 1+r.IntN(12), 1+r.IntN(99), 1+r.IntN(9)),
		})
	}
	head += pick(r, strings.Fields(`幸福路 光明街 和平大道 建设路 人民南路 文昌巷 解放西路 胜利街 长虹桥北里 桂花园 东风东路 翠竹苑 梧桐巷 滨江大道
		朝阳门南小街 中山北一路 学院路 锦绣花园 芳草地西街 老城根胡同 玉兰香苑`))
	head += fmt.Sprintf("%d号", 1+r.IntN(1200))
	room := 101 + 100*r.IntN(25) + r.IntN(4)
	switch r.IntN(6) {
	case 0:
		head += fmt.Sprintf("%d号楼%d单元%d", 1+r.IntN(30), 1+r.IntN(6), room)
	case 1:
		head += fmt.Sprintf("%d栋%d室", 1+r.IntN(30), room)
	case 2:
		head += fmt.Sprintf("附%d号", 1+r.IntN(40))
	case 3:
		head += fmt.Sprintf("%s座%d室", string("ABCDE"[r.IntN(5)]), room)
	case 4:
		head += fmt.Sprintf("%d-%d-%d", 1+r.IntN(30), 1+r.IntN(6), room)
	}
	return head
}

func drawAuthority(r *rand.Rand) string {
	d := pick(r, divisions())
	switch {
	case d.city == "":
		return d.county + "公安局"
	case r.IntN(3) == 0:
		return d.city + "公安局"
	case r.IntN(3) == 0:
		return d.city + d.county + "公安分局"
	}
	return d.city + "公安局" + strings.TrimSuffix(d.county, "区") + "分局"
}
