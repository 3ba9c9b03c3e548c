package specimen

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/ocrmux/ocrmux/plugins/local/internal/card"
)

// Names is the kind of characters in given names.
type Names int

const (
	// CommonNames have everyday characters, which any Chinese dictionary contains.
	CommonNames Names = iota
	// RareNames have at least one unusual character that occurs in names.
	RareNames
	// UnknownNames have at least one character that most recognition dictionaries lack.
	UnknownNames
)

const (
	commonGiven = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英霞平刚桂兰玉华红建国春梅海燕志宇浩轩子涵梓萱欣怡晨曦婧昊淼琪瑶璐煜烨铭钰鑫旭" +
		"睿锐博文雅思远嘉懿佳慧颖倩莹雪婷冰凯峰鹏飞翔龙虎辉光亮宏岩松柏林森瑾瑜璇琳琅珂珊忠义德福贵财宝生根金石诗画琴棋书云" +
		"雨雷风霜梦蝶菲薇蕾莲荷菊竹槐榕杉桐楠楚乔乐康健安宁泰顺祥瑞吉庆祺彦彬斌炳焕耀祖继承先贤孝廉洁清正立学勤奋进向前卫东爱民一"
	rareGiven = "翀旻龑赟镕婳垚喆骉琎玙瑨姈姞婠嫄嬛暐昉祾禔秾翙翚翾沄沨泂洧渼湉湜溁溎潆澔炘炤焜燊玘玠玹珅珒珝珮琇瑀瑱璠瓘皛顼颀" +
		"颋颙飏骢鼐䶮㛃堃甯翊芮祎晔晞炜昶珺玥赑锃镆镡谞"
	unknownGiven = "㻛䒟訸㖞㼆龘靐厵珗璓琋珆瑮瑏瑡琷珳珁瑫玜琸瑍琗璍瑸奵孄媨娾孏娦嬏姅婙妉旹昁旫暺晵曍曫暔昹曥煻熝熽烼焵爎烳熃焝灷" +
		"澷洏淃溣洬漍灅澾灍淐萅菮蔙蒰蒵葐芢蒕菄蘏樢樮梞槯櫏槹柪橍傹伜佦僃偖偂"
)

func surnames() []string {
	return strings.Fields(`王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 肖 田 董 袁 潘 于 蒋 蔡 余
		杜 叶 程 苏 魏 吕 丁 任 沈 姚 卢 姜 崔 钟 谭 陆 汪 范 金 石 廖 贾 夏 韦 付 方 白 邹 孟 熊 秦 邱 江 尹 薛 闫 段 雷 侯 龙 史 陶 黎 贺 顾 毛 郝
		龚 邵 万 钱 严 覃 武 戴 莫 孔 向 汤 欧阳 上官 诸葛 司马 司徒 东方 皇甫 尉迟 公孙 慕容 令狐 夏侯`)
}

func dottedNames() []string {
	return strings.Fields(`阿卜杜拉·买买提 古丽娜尔·艾合买提 买买提江·吐尔逊 帕提古丽·阿不力孜 迪丽热巴·买合木提 艾力·吾斯曼 阿依古丽·玉素甫江 热依汗古丽·司马义
		叶尔兰·哈力克 巴合提别克·努尔兰 阿迪力·肉孜 吐尔逊阿依·阿布都热西提`)
}

func ethnicities() []string {
	return strings.Fields(`蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔
		仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺`)
}

// front has the texts of the portrait side, as printed.
type front struct {
	name, sex, ethnicity, address, number string
	year, month, day                      int
}

func (f front) fields() map[string]string {
	return map[string]string{
		card.Name: f.name, card.Sex: f.sex, card.Ethnicity: f.ethnicity, card.Address: f.address, card.IDNumber: f.number,
		card.BirthDate: fmt.Sprintf("%d年%d月%d日", f.year, f.month, f.day),
	}
}

// back has the texts of the emblem side, as printed.
type back struct{ authority, from, until string }

func (b back) fields() map[string]string {
	return map[string]string{card.IssuingAuthority: b.authority, card.ValidFrom: b.from, card.ValidUntil: b.until}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func drawFront(r *rand.Rand, names Names) front {
	d := pick(r, divisions())
	f := front{ethnicity: "汉", name: drawName(r, names), year: 1938 + r.IntN(80), month: 1 + r.IntN(12), day: 1 + r.IntN(28)}
	if r.IntN(4) == 0 {
		f.ethnicity = pick(r, ethnicities())
	}
	if names == CommonNames && r.IntN(12) == 0 {
		f.name, f.ethnicity = pick(r, dottedNames()), pick(r, []string{"维吾尔", "维吾尔", "哈萨克", "柯尔克孜"})
	}
	serial := 1 + r.IntN(999)
	f.sex = []string{"女", "男"}[serial%2]
	f.number = withChecksum(fmt.Sprintf("%s%04d%02d%02d%03d", d.code, f.year, f.month, f.day, serial))
	f.address = drawAddress(r, d)
	return f
}

func drawName(r *rand.Rand, names Names) string {
	given := []rune{pick(r, []rune(commonGiven))}
	if r.IntN(3) > 0 {
		given = append(given, pick(r, []rune(commonGiven)))
	}
	switch names {
	case RareNames:
		given[r.IntN(len(given))] = pick(r, []rune(rareGiven))
	case UnknownNames:
		given[r.IntN(len(given))] = pick(r, []rune(unknownGiven))
	}
	return pick(r, surnames()) + string(given)
}

// withChecksum appends the check character of GB 11643-1999 to the first seventeen digits.
func withChecksum(digits string) string {
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(digits[i]-'0') * weight
	}
	return digits + string("10X98765432"[sum%11])
}

func drawBack(r *rand.Rand) back {
	year, month, day := 2005+r.IntN(21), 1+r.IntN(12), 1+r.IntN(28)
	b := back{authority: drawAuthority(r), from: fmt.Sprintf("%04d.%02d.%02d", year, month, day), until: "长期"}
	if r.IntN(5) > 0 {
		b.until = fmt.Sprintf("%04d.%02d.%02d", year+pick(r, []int{5, 10, 20}), month, day)
	}
	return b
}
