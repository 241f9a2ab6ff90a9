/** The conversations, and the list of them: a chunk of its own. */
import ChatView from "./ChatView.svelte";
import Home from "./Home.svelte";
import RequestView from "./RequestView.svelte";

export default { ChatView, Home, RequestView };
