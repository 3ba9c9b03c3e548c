package idcard

import "strings"

// Ethnicity is an ethnic group as GB/T 3304-1991 lists it.
type Ethnicity struct {
	// Name is what the card prints: 汉, 维吾尔, without 族.
	Name string
	// Code is the number of two digits: 01 to 56 from the standard, 97 and 98 as registers add them, and empty for a group that
	// only cards name.
	Code string
	// Letters is the code of two letters, such as HA; empty where the standard has none.
	Letters string
}

// Ethnicities returns the groups in the order of the standard, then those that cards print besides. The slice is the caller's.
func Ethnicities() []Ethnicity {
	all := ethnicities
	return all[:]
}

// LookupEthnicity finds a group by its name with or without 族. Anything else, a code included, is not found.
func LookupEthnicity(name string) (Ethnicity, bool) {
	short := strings.TrimSuffix(name, "族")
	for i := range ethnicities {
		if ethnicities[i].Name == short {
			// 穿青人 and the like are no 族.
			return ethnicities[i], short == name || ethnicities[i].Letters != ""
		}
	}
	return Ethnicity{}, false
}

var ethnicities = [...]Ethnicity{
	{"汉", "01", "HA"}, {"蒙古", "02", "MG"}, {"回", "03", "HU"}, {"藏", "04", "ZA"}, {"维吾尔", "05", "UG"},
	{"苗", "06", "MH"}, {"彝", "07", "YI"}, {"壮", "08", "ZH"}, {"布依", "09", "BY"}, {"朝鲜", "10", "CS"},
	{"满", "11", "MA"}, {"侗", "12", "DO"}, {"瑶", "13", "YA"}, {"白", "14", "BA"}, {"土家", "15", "TJ"},
	{"哈尼", "16", "HN"}, {"哈萨克", "17", "KZ"}, {"傣", "18", "DA"}, {"黎", "19", "LI"}, {"傈僳", "20", "LS"},
	{"佤", "21", "VA"}, {"畲", "22", "SH"}, {"高山", "23", "GS"}, {"拉祜", "24", "LH"}, {"水", "25", "SU"},
	{"东乡", "26", "DX"}, {"纳西", "27", "NX"}, {"景颇", "28", "JP"}, {"柯尔克孜", "29", "KG"}, {"土", "30", "TU"},
	{"达斡尔", "31", "DU"}, {"仫佬", "32", "ML"}, {"羌", "33", "QI"}, {"布朗", "34", "BL"}, {"撒拉", "35", "SL"},
	{"毛南", "36", "MN"}, {"仡佬", "37", "GL"}, {"锡伯", "38", "XB"}, {"阿昌", "39", "AC"}, {"普米", "40", "PM"},
	{"塔吉克", "41", "TA"}, {"怒", "42", "NU"}, {"乌孜别克", "43", "UZ"}, {"俄罗斯", "44", "RS"}, {"鄂温克", "45", "EW"},
	{"德昂", "46", "DE"}, {"保安", "47", "BN"}, {"裕固", "48", "YG"}, {"京", "49", "GI"}, {"塔塔尔", "50", "TT"},
	{"独龙", "51", "DR"}, {"鄂伦春", "52", "OR"}, {"赫哲", "53", "HZ"}, {"门巴", "54", "MB"}, {"珞巴", "55", "LB"},
	{"基诺", "56", "JN"},
	{"其他", "97", ""}, {"外国血统中国籍人士", "98", ""},
	{"穿青人", "", ""}, {"革家人", "", ""},
}
