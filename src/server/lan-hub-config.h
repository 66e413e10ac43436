/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The configuration: plain `key = value` lines in [sections], `#` begins a comment. Every setting has a
 * default, so an empty file is a configuration. What is wrong is said with its line and its cure. A
 * configuration is immutable once read; reloading makes a new one. Any thread.
 */
#pragma once

#include "lan-hub-db.h"

G_BEGIN_DECLS

#define LAN_HUB_PORT 24790

typedef enum {
  LAN_HUB_RELAY_OFF,
  LAN_HUB_RELAY_BUNDLED,  /* coturn as our child */
  LAN_HUB_RELAY_EXTERNAL, /* a coturn of somebody else's, by its shared secret */
} LanHubRelay;

typedef struct {
  char *path; /* where it was read from, NULL for the defaults */
  char *text; /* the file itself, for the backup */

  /* [server] */
  char **listen;      /* numeric addresses with ports */
  char *address;      /* host:port that invites carry; "": the host's name */
  char *state;        /* folder */
  char *organisation; /* name for people */

  /* [limits] */
  guint64 connections;
  guint64 handshakes_per_address;
  guint64 failures_per_second;
  guint64 unauthenticated;
  guint64 first_bytes; /* seconds */
  guint64 handshake;   /* seconds */
  guint64 idle;        /* seconds */
  guint64 write_queue; /* bytes */
  guint64 device_connections;
  guint64 login_failures;
  guint64 enrolments_per_minute;
  guint64 deposit_rate;
  guint64 deposit_burst;
  guint64 signal_rate;
  guint64 signal_burst;
  guint64 request_rate;
  guint64 request_burst;
  guint64 mailbox; /* bytes for a device */
  guint64 mail_days;
  guint64 blob; /* bytes */
  guint64 blob_quota;
  guint64 blob_days;
  guint64 reserve; /* bytes of disk */

  /* [relay] */
  guint64 relay; /* LanHubRelay */
  char *relay_program;
  char *relay_address; /* that clients dial; "": the host of `address` */
  guint64 relay_port;
  guint64 relay_port_min, relay_port_max;
  char **relay_listen;    /* numeric addresses; empty: all */
  char **relay_allow;     /* subnets of clients */
  char **relay_deny;      /* hosts inside them that are none of ours to reach */
  guint64 relay_to_relay; /* 1: also to its own relayed addresses */
  char **relay_uris;      /* external only */
  char *relay_secret_file;
  guint64 relay_user_quota, relay_total_quota, relay_bps;

  /* [http] */
  char *http; /* address:port, "off" */

  /* [log] */
  guint64 log_level; /* 0 error, 1 notice, 2 info, 3 debug */
} LanHubConfig;

/** Reads @path; (transfer full) (nullable). @error names file, line and cure. */
LanHubConfig *lan_hub_config_read (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same from text; @name stands in messages. */
LanHubConfig *lan_hub_config_parse (const char *name, const char *text,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void lan_hub_config_free (LanHubConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanHubConfig, lan_hub_config_free)

/** Returns: (transfer full): a file with every setting, its default and what it means. */
char *lan_hub_config_template (const char *address, const char *state,
                               const char *organisation) G_GNUC_WARN_UNUSED_RESULT;

/** Splits "1.2.3.4:80", "[::1]:80" or (with @default_port) without port. FALSE when it is neither. */
gboolean lan_hub_address_split (const char *text, guint16 default_port, char **host, guint16 *port);

/** Gives @next the values of @old where a change needs a restart. */
void lan_hub_config_keep (LanHubConfig *next, const LanHubConfig *old);

/** Settings that take effect only at the next start and differ; (nullable) (transfer full). */
char *lan_hub_config_needs_restart (const LanHubConfig *old, const LanHubConfig *next);

G_END_DECLS
