vcl 4.1;

backend source {
    .host = "127.0.0.1";
    .port = "@UPSTREAM@";
}
