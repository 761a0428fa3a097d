package gascontract

import (
	"slices"

	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// Names of the settings that a gas company edits itself.
const (
	SettingPolicy     = "gas-contract/policy"
	settingMaterials  = "gas-contract/materials"
	settingAppliances = "gas-contract/appliances"
	settingTemplates  = "gas-contract/templates"
	settingPhrases    = "gas-contract/phrases"
)

// Policy is how a gas company runs the procedure.
type Policy struct {
	step.FacePolicy
	Precheck        bool   `json:"precheck"`        // a reviewer looks at the materials before anybody signs (预审)
	SupplierAddress string `json:"supplierAddress"` // as printed in contracts
	EmergencyPhone  string `json:"emergencyPhone"`
}

// AskedMaterial is a material that applicants are asked for, by category and type of use.
type AskedMaterial struct {
	procedure.MaterialSpec
	Categories []string `json:"categories,omitempty"` // none: all
	UseTypes   []string `json:"useTypes,omitempty"`   // none: all
}

func (m AskedMaterial) askedOf(category, useType string) bool {
	return (len(m.Categories) == 0 || slices.Contains(m.Categories, category)) && (len(m.UseTypes) == 0 || slices.Contains(m.UseTypes, useType))
}

// Appliance is an entry of the catalogue, which knows the rated flow in m³/h. One without is for what the catalogue
// does not have: the applicant says model and rated flow.
type Appliance struct {
	Name string `json:"name"`
	Flow string `json:"flow" doc:"In m³/h; empty in an entry for what the catalogue does not have."`
}

// LongestAppliance bounds an appliance's name, in characters.
const LongestAppliance = 40

func asked(name, zh, en, help, helpEn string, required bool) AskedMaterial {
	return AskedMaterial{MaterialSpec: procedure.MaterialSpec{Name: name, Title: text(zh, en), Help: text(help, helpEn), Required: required}}
}

// DefaultMaterials are asked for until the gas company edits the list.
func DefaultMaterials() []AskedMaterial {
	licence := asked("licence", "营业执照", "Business licence", "加盖公章的副本照片或扫描件", "A picture or scan of the copy, with the official seal", true)
	ownership := asked("premises", "场所产权证明或租赁合同", "Proof of ownership, or the lease", "租赁的，需同时提供产权人同意书", "With a lease, also the owner's consent", true)
	safety := asked("safety", "安全用气承诺书", "Safety undertaking", "下载模板填写后上传", "Fill in the form and upload it", true)
	alarm := asked("alarm", "可燃气体报警装置证明", "Proof of the gas alarm", "", "", true)
	alarm.UseTypes = []string{Commercial, Public}
	acceptance := asked("acceptance", "用气场所验收记录", "Site acceptance", "", "", true)
	acceptance.UseTypes = []string{Industrial}
	other := asked("other", "其他材料", "Other materials", "", "", false)
	return []AskedMaterial{licence, ownership, safety, alarm, acceptance, other}
}

// DefaultAppliances is the catalogue until the gas company edits it.
func DefaultAppliances() []Appliance {
	return []Appliance{
		{"中餐燃气炒菜灶（单眼）", "4.5"},
		{"中餐燃气炒菜灶（双眼）", "9.0"},
		{"大锅灶", "6.0"},
		{"燃气蒸箱", "3.2"},
		{"燃气矮汤炉", "2.8"},
		{"商用燃气热水器", "3.6"},
		{"燃气烤箱", "2.4"},
		{"燃气锅炉 1 t/h", "75"},
		{"燃气锅炉 2 t/h", "150"},
		{"家用燃气灶（双眼）", "0.9"},
		{"其他燃气器具", ""},
	}
}

// DefaultPhrases are a reviewer's preset reasons.
func DefaultPhrases() []string {
	return []string{
		"图片模糊，请重新拍摄", "证件已过有效期", "与营业执照信息不一致", "缺少公章", "缺少产权人同意书", "地址填写不完整", "器具清单与现场不符",
	}
}

// materialsFor is everything that a reviewer will judge: the form sections and the asked materials.
func materialsFor(list []AskedMaterial, category, useType string) []procedure.MaterialSpec {
	var out []procedure.MaterialSpec
	for _, s := range sections() {
		if s.Judged {
			out = append(out, procedure.MaterialSpec{Name: "form-" + s.ID, Title: s.Title, Required: true, Section: s.ID})
		}
	}
	for _, m := range list {
		if m.askedOf(category, useType) {
			out = append(out, m.MaterialSpec)
		}
	}
	return out
}
