"""Uses the client that openapi-python-client makes: use_openapi_python_client.py URL TOKEN"""

import sys
from uuid import UUID

from docket_client import AuthenticatedClient
from docket_client.api.customers import register_customer
from docket_client.api.tickets import get_ticket, list_tickets, open_ticket
from docket_client.models import NewCustomer, NewTicket, ProblemDocument, TicketView

url, token = sys.argv[1:]
with AuthenticatedClient(base_url=url, token=token) as client:
    ada = register_customer.sync(client=client, body=NewCustomer(name="Ada"))
    ticket = NewTicket(subject="From httpx", description="Hello", customer_id=ada.id)
    opened = open_ticket.sync(client=client, body=ticket, idempotency_key="generated-httpx")
    shown = get_ticket.sync(opened.id, client=client, docket_min_position=opened.position)
    assert (shown.subject, shown.customer_id) == ("From httpx", ada.id), shown
    page = list_tickets.sync(client=client, customer_id=str(ada.id), docket_min_position=opened.position)
    assert [type(item) for item in page.items] == [TicketView] and page.items[0].id == opened.id, page
    refused = get_ticket.sync(UUID(int=0), client=client)
    assert isinstance(refused, ProblemDocument) and refused.code == "not_found", refused
print(shown.number)
