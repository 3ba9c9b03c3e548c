// Package aligateway is for providers of APIs behind Alibaba Cloud's API gateway. It authenticates requests, by AppCode
// or by a signature with AppKey and AppSecret, and maps the gateway's own errors to failures.
//
// Such a provider declares the secrets app_code, app_key and app_secret in its manifest, in two sets. It may have the
// setting signature_method, "HmacSHA256" (the default) or "HmacSHA1".
//
// A front door of such an API uses [Admit], [Refused] and [Reply]. Its setting max_skew_seconds limits how far the time of
// a signature may be off.
package aligateway
