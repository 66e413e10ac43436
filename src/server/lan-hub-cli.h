/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The commands of lanyard-server: what main.c's table calls, and what they share. */
#pragma once

#include "lan-hub.h"

G_BEGIN_DECLS

enum {
  LAN_HUB_EXIT_DONE = 0,
  LAN_HUB_EXIT_FAILED = 1,
  LAN_HUB_EXIT_USAGE = 2,
};

#define LAN_HUB_CLI_DAYS_NONE G_MININT

typedef struct {
  char *config_path;
  char *state;
  gboolean has_state, has_org_key; /* --state, --org-key were given */
  char *address;
  char *organisation;
  char *org_key;
  char *passphrase_file;
  char *login, *name, *title, *department;
  char *output;
  char *revoke; /* with invite: the link, or its code */
  int days;     /* LAN_HUB_CLI_DAYS_NONE: not given */
  int level;
  gboolean admin, member, reset, json, yes, here;
  gboolean is_verbose;
} LanHubCli;

typedef struct {
  const char *name;
  const char *usage;
  const char *summary;
  int min_args, max_args; /* -1: any */
  int (*run) (LanHubCli *cli, char **args);
} LanHubCliCommand;

int lan_hub_cli_init (LanHubCli *cli, char **args);
int lan_hub_cli_run (LanHubCli *cli, char **args);
int lan_hub_cli_invite (LanHubCli *cli, char **args);
int lan_hub_cli_users (LanHubCli *cli, char **args);
int lan_hub_cli_user (LanHubCli *cli, char **args);
int lan_hub_cli_password (LanHubCli *cli, char **args);
int lan_hub_cli_suspend (LanHubCli *cli, char **args);
int lan_hub_cli_resume (LanHubCli *cli, char **args);
int lan_hub_cli_leave (LanHubCli *cli, char **args);
int lan_hub_cli_revoke (LanHubCli *cli, char **args);
int lan_hub_cli_backup (LanHubCli *cli, char **args);
int lan_hub_cli_restore (LanHubCli *cli, char **args);
int lan_hub_cli_reload (LanHubCli *cli, char **args);
int lan_hub_cli_status (LanHubCli *cli, char **args);
int lan_hub_cli_check (LanHubCli *cli, char **args);
int lan_hub_cli_org (LanHubCli *cli, char **args);

/** Prints @error to standard error. Returns: FAILED. */
int lan_hub_cli_fail (const GError *error);

LanHubConfig *lan_hub_cli_config (LanHubCli *cli, GError **error);
/** Writes @text as the configuration, which is not there yet. */
gboolean lan_hub_cli_write_config (LanHubCli *cli, const char *text, GError **error);

/**
 * Asks the running server, or opens the state folder in this program when none runs. (transfer full)
 * (nullable): the lines said.
 */
GPtrArray *lan_hub_cli_ask (LanHubCli *cli, const char *const *words, GError **error);

/** Asks the running server; where none runs, @error says so. (transfer full) (nullable). */
GPtrArray *lan_hub_cli_ask_running (LanHubCli *cli, const char *const *words, GError **error);

/** Prints a link as QR code of half blocks, where standard output is a terminal or @always. */
void lan_hub_cli_qr (const char *text, gboolean always);

/** Reads a passphrase: --passphrase-file, or without echo from the terminal. (transfer full) (nullable) */
char *lan_hub_cli_passphrase (LanHubCli *cli, const char *prompt, GError **error);

/** Makes or opens the organisation's key file. */
LanOrgKey *lan_hub_org_new (const char *path, const char *passphrase, GError **error);
LanOrgKey *lan_hub_org_open (const char *path, const char *passphrase, GError **error);

/* After a restore: what is to be signed, the signature, and both where the key is at hand. */
int lan_hub_org_request (LanHubCli *cli, char **args, GError **error);
int lan_hub_org_restart (LanHubCli *cli, char **args, GError **error);
gboolean lan_hub_org_restart_here (LanHubCli *cli, GError **error);

/** Returns: (transfer full): twelve random words, 132 bits. */
char *lan_hub_org_words (void);

G_END_DECLS
