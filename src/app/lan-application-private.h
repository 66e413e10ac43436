/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The program's inside: lan-application.c is GApplication's side, its options and its actions,
 * -profile.c the life of the profile.
 */
#pragma once

#include "lan-application.h"
#include "lan-idle-watch.h"
#include "lan-launcher.h"
#include "lan-notifier.h"
#include "lan-rpc-server.h"
#include "lan-window.h"

G_BEGIN_DECLS

struct _LanApplication {
  GtkApplication parent;
  LanNode *node;
  LanRpcServer *rpc;
  LanNotifier *notifier;
  LanLauncher *launcher;
  LanIdleWatch *idle;
  LanWindowState *state;
  LanWindow *window; /* weak */
  char *profile;     /* NULL: the default one */
  char **interfaces;
  char *audio_source;
  char *audio_sink;
  char *video_source;
  char *screen_source;
  char *wanted;           /* whose chat to open once the profile is */
  GtkWidget *first_start; /* weak: the page, while it is shown */
  gboolean is_restored;   /* the profile comes out of a backup: to be said */
  char *invite;           /* which server to join then; "": the person will say */
  char *bundle;           /* which file of messages to read then */
  int port;
  gboolean no_mdns;
  gboolean no_broadcast;
  gboolean is_open;
  gboolean is_linked; /* since the last opening: this computer is somebody's now */
  gboolean was_set_away;
  guint close_id;
  guint term_id;
};

/** Makes the node as the options say; nothing is opened yet. */
void lan_application_make_node (LanApplication *self);

/** Opens the profile, or shows the page that begins one. Needs node and window. */
void lan_application_begin (LanApplication *self);

/** The node has closed by itself: the profile belongs to another person, and is opened anew. */
void lan_application_begin_again (LanApplication *self);

/** Opens the chat that a link or a notification named, if one did. */
void lan_application_open_wanted (LanApplication *self);

/** Shows the window that joins a server, if a link or an action asked for it. */
void lan_application_open_invite (LanApplication *self);

/** Reads the file of messages that the program was started with, if it was. */
void lan_application_open_bundle (LanApplication *self);

/** Closes the profile in order; the program ends when that is done, or overdue. */
void lan_application_close_profile (LanApplication *self);

G_END_DECLS
