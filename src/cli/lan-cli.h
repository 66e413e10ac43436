/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What the commands of lanyard-cli share: the options, and a session that speaks JSON-RPC either to
 * a node of this process or to the program that has the profile open. A command is one function
 * that runs the main loop while it waits, so that it reads from top to bottom.
 */
#pragma once

#include "lan-node.h"
#include "lan-rpc-client.h"
#include "lan-rpc-server.h"

G_BEGIN_DECLS

/* Exit codes, documented in README.md. */
enum {
  LAN_CLI_OK = 0, /* done; for send: delivered */
  LAN_CLI_FAILED = 1,
  LAN_CLI_USAGE = 2,
  LAN_CLI_KEPT = 3, /* on this disk, goes out when the other side can be reached */
  LAN_CLI_LEFT = 4, /* at the company's server, in their mailbox; this computer may be off */
};

typedef struct _LanCli LanCli;
typedef void (*LanCliNotified) (LanCli *cli, const char *method, JsonObject *params);

struct _LanCli {
  /* options; NULL, 0 or negative where not given */
  char *profile;
  gboolean json;
  char **interfaces;
  gboolean no_mdns;
  gboolean no_broadcast;
  gboolean hidden;
  double wait; /* seconds, negative when not given */
  int port;    /* -1: the usual one */
  char *name;
  char *passphrase_file;
  char *secret_file; /* of backup */
  char *accept_dir;
  int limit;
  char *login;
  char *password_file;
  char *words;
  gboolean yes;
  gboolean limited;
  gboolean urgent;
  gboolean off;
  gboolean writable; /* of share */
  gboolean keep;
  gboolean open_history; /* of group create */
  double hours;
  char *audio_source;
  char *audio_sink;
  char *video_source;
  char *screen_source;
  char *window; /* its number */
  char *address;
  char *peer; /* of search and what moves chats: names or ids as typed */
  char *from;
  char *kind;
  char *since;
  char *until;
  /* session */
  LanNode *node;        /* NULL while another program has the profile open */
  LanRpcServer *server; /* beside our own node */
  LanRpcClient *client;
  gboolean stopped;        /* a signal came, or the other program hung up */
  LanCliNotified notified; /* may be NULL */
  gpointer state;          /* the command's own */
};

typedef struct {
  const char *name;
  const char *usage;   /* what follows the name */
  const char *summary; /* translatable */
  int min_args;
  int max_args; /* -1: any number */
  int (*run) (LanCli *cli, char **args);
} LanCliCommand;

extern const LanCliCommand lan_cli_commands[]; /* ends with a NULL name */

/**
 * Opens the profile, or connects to who has it open. Says on stderr what went wrong.
 * Returns: LAN_CLI_OK or LAN_CLI_FAILED.
 */
int lan_cli_open (LanCli *cli);

/** Draws @text as a QR code for a dark terminal; nothing when it is too long. */
void lan_cli_print_qr (const char *text);

/** Lets go of a node that has closed by itself, and of @data's handlers on it. */
void lan_cli_drop_node (LanCli *cli, gpointer data);

/** Opens a node of this process only; NULL client. For `run` and `init`. */
gboolean lan_cli_open_node (LanCli *cli, const char *create_name, GError **error);

/** A node with the options of the command line, not open. Returns: (transfer full). */
LanNode *lan_cli_new_node (LanCli *cli);

/** What --passphrase-file holds. @passphrase: (out) (nullable): wipe it with lan_cli_forget(). */
gboolean lan_cli_get_passphrase (LanCli *cli, char **passphrase, GError **error);

/** Closes and waits until everything is on disk. */
void lan_cli_close (LanCli *cli);

/**
 * Calls and waits for the answer.
 * @code: (out) (optional): the stable word when it failed, valid until the next call
 * Returns: (transfer full) (nullable): the result, or NULL after @error was set.
 */
JsonObject *lan_cli_call (LanCli *cli, const char *method, JsonObject *params, const char **code,
                          GError **error);

/** Runs the main loop once, until @deadline_us at the longest. FALSE when that has come or we were
 * told to stop. */
gboolean lan_cli_wait (LanCli *cli, gint64 deadline_us);

/** Puts --since and --until into @params, in milliseconds; FALSE when one is no day. */
gboolean lan_cli_add_days (LanCli *cli, JsonObject *params);

/** The monotonic time at which to stop waiting: --wait, else @otherwise seconds from now. */
gint64 lan_cli_deadline (LanCli *cli, double otherwise);

/**
 * Finds the person meant by @peer, waiting for them to appear until the deadline.
 * Returns: (transfer full) (nullable): as people.get gives it; NULL after saying why on stderr.
 */
JsonObject *lan_cli_find_peer (LanCli *cli, const char *peer, gint64 deadline_us);

/** As lan_cli_find_peer(), for a group: as group.get gives it. */
JsonObject *lan_cli_find_group (LanCli *cli, const char *group, gint64 deadline_us);

/** A person, or a group, whose answer has "kind". */
JsonObject *lan_cli_find_either (LanCli *cli, const char *peer, gint64 deadline_us);

/** Asks on the terminal without showing the answer. Returns: (transfer full) (nullable): wipe it
 * with lan_cli_forget(); NULL where there is no terminal. */
char *lan_cli_ask_secret (const char *prompt);
void lan_cli_forget (char *secret);

/** {"member": value} */
JsonObject *lan_cli_params (const char *member, const char *value);

/** Prints @object on one line of stdout. */
void lan_cli_print_json (JsonObject *object);

/** Prints to stdout with everything that could steer a terminal made visible (T10). */
void lan_cli_print (const char *format, ...) G_GNUC_PRINTF (1, 2);

/** Says how much of a folder is not sent: `left_out` of @result. */
void lan_cli_say_left_out (JsonObject *result);

/** "lanyard-cli: SENTENCE" to stderr, or as JSON with --json. */
void lan_cli_complain (LanCli *cli, const char *code, const char *text);

/** The same with the word and sentence of a GError. */
void lan_cli_complain_error (LanCli *cli, const GError *error);

/** Calls @method, whose result is the id of something on its way, and waits until it is delivered or
 * the deadline has come; says how it went. Returns: the exit code. */
int lan_cli_send_and_wait (LanCli *cli, const char *method, JsonObject *params, gint64 deadline_us);

int lan_cli_init (LanCli *cli, char **args);
int lan_cli_id (LanCli *cli, char **args);
int lan_cli_people (LanCli *cli, char **args);
int lan_cli_send (LanCli *cli, char **args);
int lan_cli_reply (LanCli *cli, char **args);
int lan_cli_forward (LanCli *cli, char **args);
int lan_cli_edit (LanCli *cli, char **args);
int lan_cli_recall (LanCli *cli, char **args);
int lan_cli_react (LanCli *cli, char **args);
int lan_cli_pin (LanCli *cli, char **args);
int lan_cli_voice (LanCli *cli, char **args);
int lan_cli_sticker (LanCli *cli, char **args);
int lan_cli_send_file (LanCli *cli, char **args);
int lan_cli_listen (LanCli *cli, char **args);
int lan_cli_history (LanCli *cli, char **args);
int lan_cli_search (LanCli *cli, char **args);
int lan_cli_retention (LanCli *cli, char **args);
int lan_cli_export (LanCli *cli, char **args);
int lan_cli_import (LanCli *cli, char **args);
int lan_cli_backup (LanCli *cli, char **args);
int lan_cli_verify (LanCli *cli, char **args);
int lan_cli_run (LanCli *cli, char **args);
int lan_cli_join (LanCli *cli, char **args);
int lan_cli_server (LanCli *cli, char **args);
int lan_cli_device (LanCli *cli, char **args);
int lan_cli_call_command (LanCli *cli, char **args);
int lan_cli_sound (LanCli *cli, char **args);
int lan_cli_share (LanCli *cli, char **args);
int lan_cli_group (LanCli *cli, char **args);
int lan_cli_bundle (LanCli *cli, char **args);
int lan_cli_carry (LanCli *cli, char **args);
int lan_cli_directory (LanCli *cli, char **args);

G_END_DECLS
