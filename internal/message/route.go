package message

// Reasons for which a route asks a provider, or passes it over.
const (
	FirstInRoute Code = "route.first"
)

var route = map[Code]string{
	FirstInRoute: "first in route {route}",
}
