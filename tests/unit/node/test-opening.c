/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Whoever opens a profile hears all that is told from then on, however late its main loop runs. */
#include "node-driver.h"
#include "test-node.h"

#define LATE_US (300 * 1000) /* what the engine gets to have more to say than that it is open */

typedef struct {
  gboolean is_open;
  guint early; /* told before it was open */
  guint heard;
} Hearing;

static void
on_notice (LanNode *node, const char *code, const char *text, gpointer data)
{
  Hearing *hearing = data;

  if (hearing->is_open)
    hearing->heard++;
  else
    hearing->early++;
}

static void
on_open (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_true (lan_node_open_finish (LAN_NODE (source), result, NULL));
  ((Hearing *) data)->is_open = TRUE;
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer data)
{
  *(gboolean *) data = TRUE;
}

/* That mDNS is not there is told as soon as it is known, some milliseconds after the opening. */
static void
test_late_owner (void)
{
  const char *const interfaces[] = { "lo", NULL };
  Machine *m = machine_new ("Ann");
  g_autoptr (LanNode) node = NULL;
  Hearing hearing = { FALSE };
  gboolean closed = FALSE;

  machine_create (m, NULL);
  machine_close (m);
  node = g_object_new (LAN_TYPE_NODE, "profile-dir", m->dir, "interfaces", interfaces, "mdns", TRUE,
                       "broadcast", FALSE, "port", 0, "keyring", FALSE, "harden", FALSE, NULL);
  g_signal_connect (node, "notice", G_CALLBACK (on_notice), &hearing);
  lan_node_open_async (node, NULL, NULL, on_open, &hearing);
  g_usleep (LATE_US);
  wait_until (hearing.is_open);
  g_assert_cmpuint (hearing.early, ==, 0);
  wait_until (hearing.heard > 0);
  lan_node_close_async (node, NULL, on_closed, &closed);
  wait_until (closed);
  machine_free (m);
}

void
add_opening_tests (void)
{
  /* An address where no bus is: whatever this computer has, mDNS is not there. */
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  g_test_add_func ("/node/opening/late-owner", test_late_owner);
}
