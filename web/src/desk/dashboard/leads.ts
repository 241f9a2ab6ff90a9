/** Where the dashboard's figures lead: to the lists the API names for them, and nowhere else. */
import { foundOf, writeFound } from "../chats/found";
import { filterOf } from "../list/apiList";
import { writeFilter } from "../list/filter";
import { p } from "../router";

/** The desk's address of a list of the API. Empty where the desk has none that holds just the same. */
export function deskAddress(list: string | undefined): string {
  if (!list) return "";
  const tickets = filterOf(list);
  if (tickets) return p("/desk/tickets") + writeFilter(tickets);
  const chats = foundOf(list);
  return chats ? p("/desk/chats") + writeFound(chats) : "";
}
