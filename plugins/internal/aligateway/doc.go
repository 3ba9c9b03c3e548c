// Package aligateway speaks to APIs behind Alibaba Cloud's API gateway: it authenticates requests, by AppCode or by a
// signature with AppKey and AppSecret, and says what the gateway's own failures mean.
//
// A provider that uses it declares the secrets app_code, app_key and app_secret in its manifest, as two sets, and may offer
// the setting signature_method, "HmacSHA256" (the default) or "HmacSHA1".
//
// A front door of such an API admits with Admit, and answers with Refused and Reply; its setting max_skew_seconds is how far the
// time of a signature may be off.
package aligateway
