// Uses the client that openapi-generator makes for Go: go run . URL TOKEN
package main

import (
	"context"
	"fmt"
	"os"

	docket "docket.example/client"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	configuration := docket.NewConfiguration()
	configuration.Servers = docket.ServerConfigurations{{URL: os.Args[1]}}
	client := docket.NewAPIClient(configuration)
	ctx := context.WithValue(context.Background(), docket.ContextAccessToken, os.Args[2])
	customer := docket.NewNewCustomer()
	customer.SetName("Ada")
	ada, _, err := client.CustomersAPI.RegisterCustomer(ctx).NewCustomer(*customer).Execute()
	check(err)
	ticket := docket.NewNewTicket("Hello", "From Go")
	ticket.SetCustomerId(ada.Id)
	opened, _, err := client.TicketsAPI.OpenTicket(ctx).NewTicket(*ticket).IdempotencyKey("generated-go").Execute()
	check(err)
	shown, _, err := client.TicketsAPI.GetTicket(ctx, opened.Id).DocketMinPosition(opened.Position).Execute()
	check(err)
	if shown.GetSubject() != "From Go" {
		panic(shown.GetSubject())
	}
	fmt.Println(shown.Number)
}
