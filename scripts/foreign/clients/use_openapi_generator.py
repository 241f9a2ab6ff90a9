"""Uses the client that openapi-generator makes for Python: use_openapi_generator.py URL TOKEN"""

import json
import sys
from uuid import UUID

import openapi_client as docket
from openapi_client.exceptions import NotFoundException

url, token = sys.argv[1:]
configuration = docket.Configuration(host=url, access_token=token)
with docket.ApiClient(configuration) as client:
    customers, tickets = docket.CustomersApi(client), docket.TicketsApi(client)
    ada = customers.register_customer(docket.NewCustomer(name="Ada"))
    ticket = docket.NewTicket(subject="From Python", description="Hello", customer_id=ada.id)
    opened = tickets.open_ticket(ticket, idempotency_key="generated-python")
    assert tickets.open_ticket(ticket, idempotency_key="generated-python").id == opened.id
    shown = tickets.get_ticket(opened.id, docket_min_position=opened.position)
    assert (shown.subject, shown.customer_id) == ("From Python", ada.id), shown
    page = tickets.list_tickets(customer_id=str(ada.id), docket_min_position=opened.position)
    assert [type(item) for item in page.items] == [docket.TicketView], page
    assert page.items[0].id == opened.id, page
    try:
        tickets.get_ticket(UUID(int=0))
        raise AssertionError("there is no such ticket")
    except NotFoundException as refused:
        assert json.loads(refused.body)["code"] == "not_found", refused.body
print(shown.number)
