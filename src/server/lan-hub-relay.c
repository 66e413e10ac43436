/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * coturn as our child: its configuration (lan-hub-turn-config.h), its process, restarts with growing
 * patience, and its end with ours, whichever that is (lan-hub-leash.h). With an external relay only its secret and addresses are handed
 * to the registry.
 */
#include "lan-hub-private.h"

#include "lan-hub-leash.h"
#include "lan-hub-turn-config.h"
#include "lan-turn-credential.h"

#include <signal.h>
#include <string.h>

#define RESTART_MIN_MS 1000
#define RESTART_MAX_MS 60000
#define STEADY_US      G_GINT64_CONSTANT (60000000) /* alive so long: the next fault is a new one */

struct _LanHubRelayChild {
  LanHub *hub;
  uv_process_t process;
  uv_timer_t again;
  gboolean is_running;
  gboolean is_changed; /* end it, start it with the new configuration */
  gboolean is_closing;
  guint64 patience_ms;
  gint64 started_us;
  guint handles; /* not closed */
};

static void start (LanHubRelayChild *relay);

static void
tell_registry (LanHub *hub)
{
  const LanHubConfig *c = hub->config;
  g_autofree char *secret = NULL;

  if (c->relay == LAN_HUB_RELAY_OFF) {
    lan_registry_set_turn (hub->registry, NULL, NULL, 0);
  } else if (c->relay == LAN_HUB_RELAY_BUNDLED) {
    g_auto (GStrv) uris = lan_hub_turn_uris (c);

    lan_registry_set_turn (hub->registry, hub->keys->relay_secret, (const char *const *) uris,
                           LAN_TURN_LIFE_SECONDS);
  } else if (g_file_get_contents (c->relay_secret_file, &secret, NULL, NULL)) {
    g_strstrip (secret);
    lan_registry_set_turn (hub->registry, secret, (const char *const *) c->relay_uris,
                           LAN_TURN_LIFE_SECONDS);
  } else {
    lan_hub_log (LAN_HUB_LOG_ERROR, "relay-secret-unreadable", "file=%s", c->relay_secret_file);
    lan_registry_set_turn (hub->registry, NULL, NULL, 0);
  }
}

static void
on_again (uv_timer_t *timer)
{
  start (timer->data);
}

static void
start_later (LanHubRelayChild *relay)
{
  LanTime now;

  if (relay->is_closing || relay->hub->config->relay != LAN_HUB_RELAY_BUNDLED)
    return;
  lan_hub_now (&now);
  if (relay->is_changed || now.mono_us - relay->started_us >= STEADY_US)
    relay->patience_ms = RESTART_MIN_MS;
  uv_timer_start (&relay->again, on_again, relay->is_changed ? 0 : relay->patience_ms, 0);
  if (!relay->is_changed)
    relay->patience_ms = MIN (relay->patience_ms * 2, RESTART_MAX_MS);
  relay->is_changed = FALSE;
}

static void
free_relay (LanHubRelayChild *relay)
{
  if (relay->is_closing && relay->handles == 0)
    g_free (relay);
}

static void
on_process_closed (uv_handle_t *handle)
{
  LanHubRelayChild *relay = handle->data;

  relay->handles--;
  start_later (relay);
  free_relay (relay);
}

static void
on_exit_of_relay (uv_process_t *process, int64_t status, int number)
{
  LanHubRelayChild *relay = process->data;

  relay->is_running = FALSE;
  lan_hub_log (relay->is_closing || relay->is_changed ? LAN_HUB_LOG_INFO : LAN_HUB_LOG_ERROR,
               "relay-ended", "status=%d signal=%d", (int) status, number);
  uv_close ((uv_handle_t *) process, on_process_closed);
}

static char *
write_config (LanHub *hub)
{
  g_autofree char *path = g_build_filename (hub->config->state, "turnserver.conf", NULL);
  g_autofree char *text =
      lan_hub_turn_config (hub->config, hub->keys->relay_secret, hub->config->state);
  g_autoptr (GError) error = NULL;

  if (lan_hub_file_write (path, text, strlen (text), &error))
    return g_steal_pointer (&path);
  lan_hub_log (LAN_HUB_LOG_ERROR, "relay-config", "why=\"%s\"", error->message);
  return NULL;
}

/* One that a killed server of this folder has left behind, as a coturn with file capabilities slips the leash: it holds
 * the port. */
static void
end_orphan (LanHub *hub, const char *config)
{
  g_autofree char *path = g_build_filename (hub->config->state, "turnserver.pid", NULL);
  g_autofree char *text = NULL, *proc = NULL, *command = NULL;
  guint64 pid;
  gsize len;

  if (!g_file_get_contents (path, &text, NULL, NULL) ||
      !g_ascii_string_to_unsigned (g_strstrip (text), 10, 2, G_MAXINT, &pid, NULL))
    return;
  proc = g_strdup_printf ("/proc/%d/cmdline", (int) pid);
  /* The number may be somebody else's by now: ours was started with our configuration. */
  if (g_file_get_contents (proc, &command, &len, NULL) &&
      memmem (command, len, config, strlen (config)) != NULL) {
    lan_hub_log (LAN_HUB_LOG_NOTICE, "relay-orphan", "pid=%d", (int) pid);
    (void) kill ((pid_t) pid, SIGKILL);
  }
}

/* An error number of libuv: of the program itself, where it is not there. */
static int
spawn (LanHubRelayChild *relay, char *config)
{
  char *program = relay->hub->config->relay_program;
  char *words[] = { program, (char *) "-c", config, NULL };
  g_autofree char *found = g_find_program_in_path (program);
  g_auto (GStrv) args = lan_hub_leash_args (words);
  uv_stdio_container_t stdio[3] = { { .flags = UV_IGNORE },
                                    { .flags = UV_IGNORE },
                                    { .flags = UV_IGNORE } };
  uv_process_options_t options = { .file = found != NULL ? LAN_HUB_LEASH_PROGRAM : program,
                                   .args = found != NULL ? args : words,
                                   .exit_cb = on_exit_of_relay,
                                   .stdio = stdio,
                                   .stdio_count = 3 };

  return uv_spawn (&relay->hub->loop, &relay->process, &options);
}

static void
start (LanHubRelayChild *relay)
{
  LanHub *hub = relay->hub;
  g_autofree char *config = write_config (hub);
  LanTime now;
  int rc;

  if (relay->is_running || relay->is_closing || config == NULL)
    return;
  end_orphan (hub, config);
  lan_hub_now (&now);
  relay->started_us = now.mono_us;
  hub->counters.relay_starts++;
  rc = spawn (relay, config);
  relay->handles++;
  if (rc == 0) {
    relay->is_running = TRUE;
    lan_hub_log (LAN_HUB_LOG_NOTICE, "relay-started", "pid=%d port=%d", relay->process.pid,
                 (int) hub->config->relay_port);
    return;
  }
  lan_hub_log (LAN_HUB_LOG_ERROR, "relay-not-started", "program=%s why=%s",
               hub->config->relay_program, uv_err_name (rc));
  uv_close ((uv_handle_t *) &relay->process, on_process_closed);
}

LanHubRelayChild *
lan_hub_relay_new (LanHub *hub)
{
  LanHubRelayChild *relay = g_new0 (LanHubRelayChild, 1);

  relay->hub = hub;
  relay->patience_ms = RESTART_MIN_MS;
  relay->process.data = relay->again.data = relay;
  uv_timer_init (&hub->loop, &relay->again);
  relay->handles = 1;
  relay->again.data = relay;
  tell_registry (hub);
  if (hub->config->relay == LAN_HUB_RELAY_BUNDLED)
    start (relay);
  return relay;
}

void
lan_hub_relay_reload (LanHubRelayChild *relay)
{
  LanHub *hub = relay->hub;

  tell_registry (hub);
  if (relay->is_running) {
    g_autofree char *path = g_build_filename (hub->config->state, "turnserver.conf", NULL);
    g_autofree char *text =
        lan_hub_turn_config (hub->config, hub->keys->relay_secret, hub->config->state);
    g_autofree char *old = NULL;

    /* coturn takes no new configuration while it runs; who is relayed goes on only where nothing
     * has changed. */
    if (hub->config->relay == LAN_HUB_RELAY_BUNDLED &&
        g_file_get_contents (path, &old, NULL, NULL) && strcmp (old, text) == 0)
      return;
    relay->is_changed = TRUE;
    (void) uv_process_kill (&relay->process, SIGTERM);
  } else if (hub->config->relay == LAN_HUB_RELAY_BUNDLED &&
             !uv_is_active ((uv_handle_t *) &relay->again) && relay->handles == 1) {
    start (relay);
  }
}

static void
on_timer_closed (uv_handle_t *handle)
{
  LanHubRelayChild *relay = handle->data;

  relay->handles--;
  free_relay (relay);
}

void
lan_hub_relay_close (LanHubRelayChild *relay)
{
  relay->is_closing = TRUE;
  if (relay->is_running)
    (void) uv_process_kill (&relay->process, SIGTERM);
  uv_close ((uv_handle_t *) &relay->again, on_timer_closed);
}
