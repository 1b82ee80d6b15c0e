package county

import (
	"fmt"

	"minzheng/kernel/region"
)

// The places above the townships.
const (
	Province   region.Code = "390000" // 示例省
	Prefecture region.Code = "390100" // 云岭市
	Qingxi     region.Code = "390121" // 清溪县
)

// township is one of the fourteen; weight is its share of the households.
type township struct {
	code     region.Code
	name     string
	villages int
	weight   int
}

func townships() []township {
	return []township{
		{"390121001", "柳溪街道", 12, 15}, {"390121002", "文昌街道", 10, 13},
		{"390121100", "石桥镇", 14, 10}, {"390121101", "南屏镇", 12, 9}, {"390121102", "青龙镇", 11, 8},
		{"390121103", "双溪镇", 10, 7}, {"390121104", "大坪镇", 10, 7}, {"390121105", "桃源镇", 9, 6},
		{"390121200", "荷坝乡", 9, 5}, {"390121201", "白云乡", 8, 5}, {"390121202", "松岭乡", 8, 4},
		{"390121203", "竹园乡", 7, 4}, {"390121204", "高洞乡", 6, 4}, {"390121205", "马鞍乡", 6, 3},
	}
}

// village is a place where households live.
type village struct {
	code     region.Code
	township string
	name     string
	urban    bool // 社区 rather than 村
}

// villages returns those of one township. The numbers follow the statistical
// practice: residents' committees from 001, villagers' committees from 200. The
// n-th name of the county is always the same.
func (t township) list(first int) []village {
	communities := []string{
		"东门", "西门", "南街", "北街", "桥头", "河滨", "学府", "新城", "花园", "站前", "和平", "民主",
		"建设", "解放", "人民", "柳湖", "溪东", "溪西", "城南", "城北", "光明", "团结",
	}
	front := []string{"青", "石", "大", "龙", "金", "白", "柳", "松", "竹", "梅", "桂", "高"}
	back := []string{"湾", "岩", "坝", "冲", "岭", "塘", "坡", "溪", "洞", "桥", "田"}
	all := make([]village, t.villages)
	street := t.code[6] == '0'
	for i := range all {
		n := first + i
		v := village{township: t.name, urban: street || i == 0}
		switch {
		case street:
			v.code, v.name = region.Code(fmt.Sprintf("%s%03d", t.code, i+1)), communities[n%len(communities)]+"社区"
		case v.urban:
			v.code, v.name = t.code+"001", "场镇社区"
		default:
			v.code = region.Code(fmt.Sprintf("%s%03d", t.code, 199+i))
			v.name = front[n%len(front)] + back[n%len(back)] + "村" // 12 and 11 share no divisor: 132 names
		}
		all[i] = v
	}
	return all
}

// Places returns the demo county with all that lies above and below it, for
// region.Tree.With.
func Places() []region.Place {
	places := []region.Place{
		{Code: Province, Name: "示例省", Parent: region.Nation},
		{Code: Prefecture, Name: "云岭市", Parent: Province},
		{Code: "390102", Name: "城中区", Parent: Prefecture},
		{Code: Qingxi, Name: "清溪县", Parent: Prefecture},
		{Code: "390122", Name: "望川县", Parent: Prefecture},
	}
	n := 0
	for _, t := range townships() {
		places = append(places, region.Place{Code: t.code, Name: t.name, Parent: Qingxi})
		for _, v := range t.list(n) {
			places = append(places, region.Place{Code: v.code, Name: v.name, Parent: t.code})
		}
		n += t.villages
	}
	return places
}
