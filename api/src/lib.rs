//! HTTP, WebSocket, SSE, sign-in, configuration and the `docket` command line.
