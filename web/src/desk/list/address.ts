/** Where the list and its tickets are: a ticket's address carries the list it was opened from. */
import { searchParams } from "sv-router";
import { navigate } from "../router";
import { openedToWrite } from "../shell/writing";
import { type ListFilter, readFilter, writeFilter } from "./filter";

/** What the address says of the list. Reactive. */
export function addressFilter(): ListFilter {
  return readFilter(searchParams.toURLSearchParams());
}

/** The list's address. */
export function listAddress(filter: ListFilter = addressFilter()): string {
  return `/desk/tickets${writeFilter(filter)}`;
}

/** A ticket's address, beside the list one came from. */
export function ticketAddress(id: string, query = writeFilter(addressFilter())): string {
  return `/desk/tickets/${id}${query}`;
}

/** Shows another list. */
export function showList(filter: ListFilter, replace = false): void {
  void navigate("/desk/tickets", { search: writeFilter(filter), replace, scrollToTop: false });
}

/** Shows a ticket beside the list in sight, to whoever walks through it. */
export function showTicket(id: string, replace = false): void {
  void navigate("/desk/tickets/:id", { params: { id }, search: writeFilter(addressFilter()), replace, scrollToTop: false });
}

/** Opens a ticket beside the list in sight, for somebody to write in. */
export function openTicket(id: string): void {
  showTicket(id);
  openedToWrite(id);
}
