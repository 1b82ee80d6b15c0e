package app_test

import (
	"net/http"
	"testing"

	"minzheng/app"
	"minzheng/app/demo/county"
	"minzheng/kernel/auth"
	"minzheng/kernel/auth/authtest"
)

func TestAResidentSignsInThroughTheProvincesHouse(t *testing.T) {
	t.Parallel()
	house := authtest.NewIssuer(t, county.SunGuoping, "孙国平")
	h := open(t, app.Config{Auth: auth.Config{OIDC: []auth.OIDC{{Name: "oidc", Title: "用统一身份认证登录", Issuer: house.URL,
		ClientID: "minzheng", ClientSecret: "s"}}}})
	house.Now = h.DB.Now
	v := h.visitor()
	p := v.get("/sign-in").must(t, http.StatusOK, "用统一身份认证登录")
	p = v.get(p.Find("a[href*='/sign-in/with/']").AttrOr("href", ""))
	p.must(t, http.StatusOK, "孙国平，上午好")
	house.Number = "390121198001010010"
	h.visitor().get("/sign-in/with/oidc").must(t, http.StatusNotFound, "我们的名册里还没有您")
}
