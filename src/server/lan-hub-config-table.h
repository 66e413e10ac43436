/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Every setting: section, key, field, kind, default, least, greatest, restart, what it means. Included
 * by lan-hub-config.c only, with X defined. The order is that of the file.
 */
/* clang-format off */
#define LAN_HUB_CONFIG_LIST(X)                                                                     \
  X (server, listen, listen, LISTEN, "[::]:24790", 0, 16, TRUE,                                    \
     "Addresses and ports on which clients are served, with commas between.")                      \
  X (server, address, address, TEXT, "", 0, 255, FALSE,                                            \
     "Name or address, and port, that invites carry. Clients must be able to reach it.")           \
  X (server, state, state, TEXT, "/var/lib/lanyard-server", 1, 4096, TRUE,                         \
     "Folder for keys, database and control socket. Only the server's user may read it.")          \
  X (server, organisation, organisation, TEXT, "", 0, 128, TRUE,                                   \
     "What people see as the name of the organisation.")                                           \
  X (limits, connections, connections, NUMBER, "50000", 16, 1000000, FALSE,                        \
     "Connections in all. The descriptor limit must be larger.")                                   \
  X (limits, handshakes-per-address, handshakes_per_address, NUMBER, "32", 1, 1000000, FALSE,      \
     "Connections of one address that are not logged in.")                                         \
  X (limits, failures-per-second, failures_per_second, NUMBER, "10", 1, 1000000, FALSE,            \
     "Failed handshakes of one address in a second.")                                              \
  X (limits, unauthenticated, unauthenticated, NUMBER, "512", 1, 1000000, FALSE,                   \
     "Connections in all that are not logged in.")                                                 \
  X (limits, first-bytes, first_bytes, SECONDS, "2 s", 1, 60, FALSE,                               \
     "Time in which a connection must say something.")                                             \
  X (limits, handshake, handshake, SECONDS, "10 s", 1, 60, FALSE,                                  \
     "Time in which a handshake must be over.")                                                    \
  X (limits, idle, idle, SECONDS, "90 s", 5, 3600, FALSE,                                          \
     "Time without a word from a client until it is taken for gone.")                              \
  X (limits, write-queue, write_queue, SIZE, "1 MiB", 65536, 1073741824, FALSE,                    \
     "What waits for one client that does not read, before it is dropped.")                        \
  X (limits, device-connections, device_connections, NUMBER, "4", 1, 100000, FALSE,                \
     "Connections of one device.")                                                                 \
  X (limits, login-failures, login_failures, NUMBER, "5", 1, 1000, FALSE,                          \
     "Wrong passwords for one login in 15 minutes, before each further one has to wait.")          \
  X (limits, enrolments-per-minute, enrolments_per_minute, NUMBER, "20", 1, 1000000, FALSE,        \
     "Attempts to join from one address in a minute.")                                             \
  X (limits, deposits-per-second, deposit_rate, NUMBER, "50", 1, 10000000, FALSE,                  \
     "Messages a second that one device may leave in mailboxes.")                                  \
  X (limits, deposit-burst, deposit_burst, NUMBER, "5000", 1, 10000000, FALSE,                     \
     "The same at once, after a pause.")                                                           \
  X (limits, signals-per-second, signal_rate, NUMBER, "200", 1, 10000000, FALSE,                   \
     "Connection signals a second of one device.")                                                 \
  X (limits, signal-burst, signal_burst, NUMBER, "2000", 1, 10000000, FALSE,                       \
     "The same at once, after a pause.")                                                           \
  X (limits, requests-per-second, request_rate, NUMBER, "20", 1, 10000000, FALSE,                  \
     "Everything else that one device asks for in a second.")                                      \
  X (limits, request-burst, request_burst, NUMBER, "500", 1, 10000000, FALSE,                      \
     "The same at once, after a pause.")                                                           \
  X (limits, mailbox, mailbox, SIZE, "64 MiB", 65536, 1099511627776, FALSE,                        \
     "Mail that waits for one device.")                                                            \
  X (limits, mail-days, mail_days, NUMBER, "30", 1, 365, FALSE,                                    \
     "Days until mail that nobody fetched is deleted.")                                            \
  X (limits, blob, blob, SIZE, "64 MiB", 65536, 1073741824, FALSE,                                 \
     "Largest sealed file in a mailbox.")                                                          \
  X (limits, blob-quota, blob_quota, SIZE, "256 MiB", 65536, 1099511627776, FALSE,                 \
     "All sealed files of one person.")                                                            \
  X (limits, blob-days, blob_days, NUMBER, "30", 1, 365, FALSE,                                    \
     "Days until a sealed file is deleted that its author did not delete before.")                 \
  X (limits, reserve, reserve, SIZE, "64 MiB", 0, 1099511627776, TRUE,                             \
     "Free disk space below which no more mail is taken; fetching and logging in go on.")          \
  X (relay, relay, relay, CHOICE_RELAY, "off", 0, 2, FALSE,                                        \
     "off; bundled: run coturn beside the server; external: use a coturn that is there.")          \
  X (relay, program, relay_program, TEXT, "turnserver", 1, 4096, FALSE,                            \
     "bundled: coturn's program.")                                                                 \
  X (relay, address, relay_address, TEXT, "", 0, 255, FALSE,                                       \
     "bundled: name or address under which clients reach the relay; empty: as the server.")        \
  X (relay, port, relay_port, NUMBER, "3478", 1, 65535, FALSE,                                     \
     "bundled: port of the relay, UDP and TCP.")                                                   \
  X (relay, port-min, relay_port_min, NUMBER, "49152", 1024, 65535, FALSE,                         \
     "bundled: first UDP port for relayed traffic.")                                               \
  X (relay, port-max, relay_port_max, NUMBER, "65535", 1024, 65535, FALSE,                         \
     "bundled: last UDP port for relayed traffic.")                                                \
  X (relay, listen, relay_listen, ADDRESSES, "", 0, 16, FALSE,                                     \
     "bundled: addresses of this host on which to relay (IPv4); empty: all.")                      \
  X (relay, allow, relay_allow, SUBNETS, "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16", 0, 64,       \
     FALSE,                                                                                        \
     "bundled: where clients live. To nowhere else is anything relayed, never to IPv6.")           \
  X (relay, deny, relay_deny, SUBNETS, "", 0, 256, FALSE,                                          \
     "bundled: servers inside these subnets. This host's own addresses are denied anyway.")        \
  X (relay, relay-to-relay, relay_to_relay, CHOICE_YES, "no", 0, 1, FALSE,                         \
     "bundled: yes joins two clients whose firewalls both let no UDP out. Then this host is denied " \
     "no longer: it should offer nothing else over UDP.")                                          \
  X (relay, uris, relay_uris, LIST, "", 0, 8, FALSE,                                               \
     "external: what clients are given, such as turn:relay.example.com:3478?transport=udp")        \
  X (relay, secret-file, relay_secret_file, TEXT, "", 0, 4096, FALSE,                              \
     "external: file with the static-auth-secret of that coturn.")                                 \
  X (relay, user-quota, relay_user_quota, NUMBER, "8", 1, 1000, FALSE,                             \
     "bundled: allocations of one device.")                                                        \
  X (relay, total-quota, relay_total_quota, NUMBER, "1200", 1, 100000, FALSE,                      \
     "bundled: allocations in all.")                                                               \
  X (relay, bytes-per-second, relay_bps, SIZE, "16 MiB", 16384, 10737418240, FALSE,                \
     "bundled: for one allocation.")                                                               \
  X (http, listen, http, HTTP, "127.0.0.1:24791", 0, 255, TRUE,                                    \
     "Where /metrics and /healthz are served, or off. Local addresses only: there is no login.")   \
  X (log, level, log_level, CHOICE_LEVEL, "info", 0, 3, FALSE,                                     \
     "error, notice, info or debug. Logs never hold content.")
/* clang-format on */
