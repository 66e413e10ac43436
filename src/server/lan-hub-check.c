/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * check: looks everything over that an operator can get wrong, one line each, and says what to do. It
 * changes nothing. BLOCKS, also on the network (DNS, the relay).
 */
#include "lan-hub-cli.h"

#include "lan-hub-control.h"
#include "lan-invite.h"
#include "lan-issuer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib/gi18n.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

typedef struct {
  LanHubConfig *config;
  LanHubKeys *keys;
  gboolean is_running;
  guint64 pid; /* of the running server */
  guint wrong;
} Check;

G_GNUC_PRINTF (2, 3)
static void
good (Check *check, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  fputs (_ ("  good   "), stdout);
  vprintf (format, args);
  putchar ('\n');
  va_end (args);
}

/* Nothing wrong, but something that was chosen and opens a door. */
G_GNUC_PRINTF (3, 4)
static void
note (Check *check, const char *advice, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  fputs (_ ("  NOTE   "), stdout);
  vprintf (format, args);
  printf ("\n         → %s\n", advice);
  va_end (args);
}

G_GNUC_PRINTF (3, 4)
static void
bad (Check *check, const char *cure, const char *format, ...)
{
  va_list args;

  check->wrong++;
  va_start (args, format);
  fputs (_ ("  WRONG  "), stdout);
  vprintf (format, args);
  printf ("\n         → %s\n", cure);
  va_end (args);
}

static void
check_state (Check *check)
{
  const char *state = check->config->state;
  struct statvfs fs;
  struct stat st;

  if (stat (state, &st) != 0) {
    bad (check, _ ("run lanyard-server init, or set [server] state to the right folder"), "%s: %s",
         state, g_strerror (errno));
    return;
  }
  if ((st.st_mode & 077) != 0)
    bad (check, _ ("do: chmod 700 on this folder"), _ ("others can look into %s"), state);
  if (statvfs (state, &fs) != 0)
    return;
  {
    guint64 left = (guint64) fs.f_bavail * fs.f_frsize;
    g_autofree char *size = g_format_size (left);

    if (left < check->config->reserve + 256 * 1024 * 1024)
      bad (check, _ ("make room or move the state folder: below the reserve no more mail is taken"),
           _ ("only %s are free for %s"), size, state);
    else
      good (check, _ ("%s, %s free"), state, size);
  }
}

static void
check_keys (Check *check)
{
  g_autoptr (GError) error = NULL;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  LanIssuer issuer;

  check->keys = lan_hub_keys_load (check->config->state, &error);
  if (check->keys == NULL) {
    bad (check, _ ("run lanyard-server init, or restore a backup"), "%s", error->message);
    return;
  }
  if (check->keys->server_cert == NULL)
    note (
        check,
        _ ("once: lanyard-server org server-key where the organisation's key is, org import here"),
        "%s",
        _ ("the organisation's key has not signed the key that this server uses: a renewed "
           "one could not be told from an older one"));
  if (check->keys->issuer_cert == NULL) {
    good (check, "%s", _ ("keys; people are attested by the offline tool only"));
  } else if (lan_issuer_decode (&issuer, g_bytes_get_data (check->keys->issuer_cert, NULL),
                                g_bytes_get_size (check->keys->issuer_cert)) == LAN_STATUS_OK) {
    int days = (int) ((issuer.not_after_s - now) / 86400);

    if (days < 30)
      bad (check, _ ("at the organisation's key: lanyard-server org renew"),
           _ ("the right to attest people ends in %d days"), days);
    else
      good (check, _ ("keys; the right to attest people lasts %d more days"), days);
  }
}

static void
check_database (Check *check)
{
  g_autofree char *path = g_build_filename (check->config->state, "server.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LanHubDb) db =
      lan_hub_db_open (path, LAN_HUB_DB_READ_ONLY | LAN_HUB_DB_CHECK_ALL, &error);

  if (db != NULL)
    good (check, _ ("%s is whole"), path);
  else
    bad (check,
         _ ("stop the server, move the state folder away, then: lanyard-server restore BACKUP"),
         "%s: %s", path, error->message);
}

static int
open_socket (const char *host, guint16 port, int type, struct sockaddr_storage *address,
             socklen_t *len)
{
  struct addrinfo hints = { .ai_socktype = type }, *list = NULL;
  g_autofree char *text = g_strdup_printf ("%d", port);
  int fd = -1;

  if (getaddrinfo (host, text, &hints, &list) != 0)
    return -1;
  fd = socket (list->ai_family, type | SOCK_CLOEXEC, 0);
  memcpy (address, list->ai_addr, list->ai_addrlen);
  *len = list->ai_addrlen;
  freeaddrinfo (list);
  return fd;
}

static void
check_listen (Check *check)
{
  for (char **item = check->config->listen; *item != NULL; item++) {
    struct sockaddr_storage address;
    g_autofree char *host = NULL;
    socklen_t len;
    guint16 port = 0;
    int fd, on = 1;

    if (check->is_running || !lan_hub_address_split (*item, LAN_HUB_PORT, &host, &port)) {
      good (check, _ ("the server is running on %s"), *item);
      continue;
    }
    fd = open_socket (host, port, SOCK_STREAM, &address, &len);
    if (fd >= 0)
      (void) setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind (fd, (struct sockaddr *) &address, len) != 0)
      bad (check,
           errno == EADDRINUSE
               ? _ ("another program has it: choose another port in [server] listen")
           : errno == EACCES ? _ ("ports below 1024 need root: choose a higher one")
                             : _ ("this host has no such address: see ip address"),
           "%s: %s", *item, g_strerror (errno));
    else
      good (check, _ ("%s can be listened on"), *item);
    if (fd >= 0)
      close (fd);
  }
}

static gboolean
is_listened_on (const Check *check, guint16 wanted)
{
  for (char **item = check->config->listen; *item != NULL; item++) {
    g_autofree char *host = NULL;
    guint16 port = 0;

    if (lan_hub_address_split (*item, LAN_HUB_PORT, &host, &port) && port == wanted)
      return TRUE;
  }
  return FALSE;
}

static void
check_address (Check *check)
{
  const char *text = check->config->address;
  struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
  LanServerAddress address;

  if (lan_server_address_parse (&address, *text != '\0' ? text : g_get_host_name (),
                                LAN_HUB_PORT) != LAN_STATUS_OK) {
    bad (check, _ ("set [server] address to NAME:PORT"), _ ("“%s” is no address"), text);
    return;
  }
  if (getaddrinfo (address.host, NULL, &hints, &list) != 0) {
    bad (check,
         _ ("enter the name into the DNS that clients use, or set [server] address to one that is"),
         _ ("invites carry %s, which no name server knows here"), address.host);
    return;
  }
  freeaddrinfo (list);
  if (is_listened_on (check, address.port))
    good (check, _ ("invites carry %s, port %d"), address.host, address.port);
  else
    note (check, _ ("let a router lead that port here, or name it in [server] listen"),
          _ ("invites carry %s, port %d, on which this server does not listen"), address.host,
          address.port);
}

static void
check_clock (Check *check)
{
  struct timex timex = { 0 };
  int state = adjtimex (&timex);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  if (now < G_GINT64_CONSTANT (1767225600))
    bad (check, _ ("set the clock: keys and invites seem not to be valid yet"), "%s",
         _ ("the clock is years behind"));
  else if (state == TIME_ERROR || (timex.status & STA_UNSYNC) != 0)
    bad (check, _ ("turn a time service on, such as systemd-timesyncd or chrony"), "%s",
         _ ("nothing keeps the clock right"));
  else
    good (check, "%s", _ ("the clock is kept right"));
}

/* "Max open files            1024                 524288               files": the soft one. */
static gboolean
limit_of_process (guint64 pid, guint64 *limit)
{
  g_autofree char *path = g_strdup_printf ("/proc/%" G_GUINT64_FORMAT "/limits", pid);
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (path, &text, NULL, NULL) ||
      (line = strstr (text, "Max open files")) == NULL)
    return FALSE;
  line += strlen ("Max open files");
  line += strspn (line, " ");
  *limit = g_str_has_prefix (line, "unlimited") ? G_MAXUINT64 : g_ascii_strtoull (line, NULL, 10);
  return TRUE;
}

static gboolean
limit_of_unit (guint64 *limit)
{
  const char *argv[] = { "systemctl", "show", "--property=LoadState,LimitNOFILE",
                         "lanyard-server.service", NULL };
  g_autofree char *text = NULL;
  const char *line;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                     NULL, NULL, &text, NULL, NULL, NULL) ||
      text == NULL || strstr (text, "LoadState=loaded") == NULL ||
      (line = strstr (text, "LimitNOFILE=")) == NULL)
    return FALSE;
  line += strlen ("LimitNOFILE=");
  *limit = g_str_has_prefix (line, "infinity") ? G_MAXUINT64 : g_ascii_strtoull (line, NULL, 10);
  return TRUE;
}

/* What holds for the server, not for this shell: its own limit, else its unit's. */
static void
check_descriptors (Check *check)
{
  struct rlimit own;
  guint64 limit;
  const char *whose;

  if (check->pid != 0 && limit_of_process (check->pid, &limit)) {
    whose = _ ("of the running server");
  } else if (limit_of_unit (&limit)) {
    whose = _ ("of the service");
  } else if (getrlimit (RLIMIT_NOFILE, &own) == 0) {
    limit = own.rlim_max;
    whose = _ ("of this shell, which would be the server's if it were started here");
  } else {
    return;
  }
  if (limit < check->config->connections + 64)
    bad (check, _ ("raise LimitNOFILE in the service, or lower [limits] connections"),
         _ ("%llu descriptors (%s) do not carry %llu connections"), (unsigned long long) limit,
         whose, (unsigned long long) check->config->connections);
  else
    good (check, _ ("descriptors for %llu connections (%s)"),
          (unsigned long long) check->config->connections, whose);
}

static void
check_blobs (Check *check)
{
  const LanHubConfig *c = check->config;
  g_autofree char *one = g_format_size_full (c->blob, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *all = g_format_size_full (c->blob_quota, G_FORMAT_SIZE_IEC_UNITS);

  if (c->blob > c->blob_quota)
    bad (check, _ ("raise [limits] blob-quota, or lower blob"),
         _ ("sealed files may have %s, but all of one person's only %s"), one, all);
  else
    good (check, _ ("sealed files up to %s, %s of one person, for %d days"), one, all,
          (int) c->blob_days);
}

/* "pid=123 ..." */
static guint64
pid_in (const GPtrArray *said)
{
  return said->len > 0 && g_str_has_prefix (said->pdata[0], "pid=")
             ? g_ascii_strtoull ((const char *) said->pdata[0] + 4, NULL, 10)
             : 0;
}

/* A STUN question, which a TURN server answers too. */
static gboolean
ask_stun (const char *host, guint16 port)
{
  static const guint8 question[20] = { 0,   1,   0,   0,   0x21, 0x12, 0xa4, 0x42, 'l', 'a',
                                       'n', 'y', 'a', 'r', 'd',  'c',  'h',  'e',  'c', 'k' };
  struct sockaddr_storage address;
  guint8 answer[512];
  socklen_t len;
  int fd = open_socket (host, port, SOCK_DGRAM, &address, &len);
  struct pollfd wait = { .fd = fd, .events = POLLIN };
  gboolean is_there = FALSE;

  for (guint i = 0; fd >= 0 && i < 3 && !is_there; i++)
    is_there = sendto (fd, question, sizeof question, 0, (struct sockaddr *) &address, len) > 0 &&
               poll (&wait, 1, 500) > 0 && recv (fd, answer, sizeof answer, 0) >= 20 &&
               answer[0] == 1 && answer[1] == 1;
  if (fd >= 0)
    close (fd);
  return is_there;
}

/* coturn knows no rules for ports: who may relay to the relay itself may reach all that it runs on. */
static void
check_relay_to_relay (Check *check, const char *host)
{
  const LanHubConfig *c = check->config;

  if (!c->relay_to_relay)
    return;
  if (c->relay_listen[0] != NULL) {
    g_autofree char *own = g_strjoinv (", ", c->relay_listen);

    note (check,
          _ ("let no other UDP service listen on these addresses; set relay-to-relay = no unless "
             "networks of yours block UDP altogether"),
          _ ("relay-to-relay: clients may send datagrams to every UDP port of %s as if this host "
             "did"),
          own);
  } else {
    note (check,
          _ ("give the relay an address of its own in [relay] listen, on which nothing else speaks "
             "UDP; set relay-to-relay = no unless networks of yours block UDP altogether"),
          _ ("relay-to-relay: clients may send datagrams to every UDP port of this host (%s) as if "
             "it did, DNS and SNMP among them"),
          host);
  }
}

static void
check_bundled (Check *check)
{
  const LanHubConfig *c = check->config;
  g_autofree char *program = g_find_program_in_path (c->relay_program);
  g_autofree char *host = NULL;
  guint16 port;

  if (program == NULL) {
    bad (check, _ ("install coturn, or set [relay] program to its turnserver"),
         _ ("there is no program %s"), c->relay_program);
    return;
  }
  if (*c->relay_address != '\0')
    host = g_strdup (c->relay_address);
  else if (!lan_hub_address_split (c->address, LAN_HUB_PORT, &host, &port))
    host = g_strdup (g_get_host_name ());
  check_relay_to_relay (check, host);
  if (!check->is_running) {
    good (check, _ ("the relay will be %s on port %d"), program, (int) c->relay_port);
    return;
  }
  if (ask_stun (host, (guint16) c->relay_port))
    good (check, _ ("the relay answers at %s, port %d"), host, (int) c->relay_port);
  else
    bad (check,
         _ ("let UDP port and relayed ports through the firewall, look at turnserver.log, set "
            "[relay] address"),
         _ ("the relay does not answer at %s, port %d"), host, (int) c->relay_port);
}

static void
check_external (Check *check)
{
  if (access (check->config->relay_secret_file, R_OK) != 0)
    bad (check, _ ("set [relay] secret-file to a file with coturn's static-auth-secret"), "%s: %s",
         check->config->relay_secret_file, g_strerror (errno));
  for (char **uri = check->config->relay_uris; *uri != NULL; uri++) {
    const char *colon = strchr (*uri, ':');
    g_autofree char *rest = g_strdup (colon != NULL ? colon + 1 : *uri);
    g_autofree char *host = NULL;
    guint16 port = 0;

    rest[strcspn (rest, "?")] = '\0';
    if (!lan_hub_address_split (rest, 3478, &host, &port))
      bad (check, _ ("write turn:NAME:PORT?transport=udp"), _ ("%s is no address of a relay"),
           *uri);
    else if (strstr (*uri, "transport=tcp") != NULL || g_str_has_prefix (*uri, "turns:"))
      good (check, _ ("%s is not tried from here"), *uri);
    else if (ask_stun (host, port))
      good (check, _ ("the relay answers at %s, port %d"), host, port);
    else
      bad (check, _ ("is it running, and its port open in the firewall?"),
           _ ("the relay does not answer at %s, port %d"), host, port);
  }
}

static void
check_relay (Check *check)
{
  if (check->config->relay == LAN_HUB_RELAY_OFF)
    good (check, "%s", _ ("no relay: people behind strict firewalls may not reach each other"));
  else if (check->config->relay == LAN_HUB_RELAY_BUNDLED)
    check_bundled (check);
  else
    check_external (check);
}

int
lan_hub_cli_check (LanHubCli *cli, char **args)
{
  const char *words[] = { "status", NULL };
  g_autoptr (GPtrArray) said = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  Check check = { 0 };

  printf ("%s\n", cli->config_path);
  check.config = lan_hub_cli_config (cli, &error);
  if (check.config == NULL)
    return lan_hub_cli_fail (error);
  good (&check, "%s", _ ("the configuration can be read"));
  check.is_running = lan_hub_control_ask (check.config->state, words, said, NULL);
  check.pid = pid_in (said);
  check_state (&check);
  check_keys (&check);
  if (check.keys != NULL)
    check_database (&check);
  check_listen (&check);
  check_address (&check);
  check_clock (&check);
  check_descriptors (&check);
  check_blobs (&check);
  check_relay (&check);
  g_clear_pointer (&check.keys, lan_hub_keys_free);
  lan_hub_config_free (check.config);
  if (check.wrong == 0) {
    puts (_ ("Everything is as it should be."));
    return LAN_HUB_EXIT_DONE;
  }
  printf (ngettext ("%u thing is wrong.\n", "%u things are wrong.\n", check.wrong), check.wrong);
  return LAN_HUB_EXIT_FAILED;
}
