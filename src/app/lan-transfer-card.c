/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-transfer-card.h"

#include "lan-file-kind.h"
#include "lan-files.h"
#include "lan-folder-window.h"
#include "lan-format.h"

#include <glib/gi18n.h>

struct _LanTransferCard {
  GtkBox parent;
  LanTransfer *transfer;
  gboolean with_person;
  GtkLabel *icon_label;
  GtkWidget *folder_icon;
  GtkLabel *name_label;
  GtkLabel *line_label;
  GtkWidget *open_button;
  GtkWidget *folder_button;
  GtkWidget *pause_button;
  GtkWidget *resume_button;
  GtkWidget *cancel_button;
  GtkProgressBar *progress;
  GtkWidget *figures;
  GtkLabel *left_label;
  GtkLabel *right_label;
  GtkWidget *answers;
  GtkWidget *again_button;
  GtkWidget *ask_button;
  GtkWidget *remove_button;
  GtkWidget *accept_button;
  GtkWidget *choose_button;
  GtkWidget *save_button;
  GtkWidget *decline_button;
};

G_DEFINE_TYPE (LanTransferCard, lan_transfer_card, GTK_TYPE_BOX)

static gboolean
is_moving (LanTransferStatus status)
{
  return status == LAN_TRANSFER_STATUS_ACCEPTED || status == LAN_TRANSFER_STATUS_RUNNING ||
         status == LAN_TRANSFER_STATUS_PAUSED || status == LAN_TRANSFER_STATUS_VERIFYING;
}

/* What it is: the kind that a file's name speaks of, or how much is in a folder. */
static char *
describe_kind (LanTransfer *transfer)
{
  guint n = lan_transfer_get_files (transfer);

  if (!lan_transfer_get_folder (transfer))
    return g_strdup (lan_file_kind (lan_transfer_get_name (transfer)).description);
  if (n == 0)
    return g_strdup (_ ("folder"));
  return g_strdup_printf (ngettext ("folder with %u file", "folder with %u files", n), n);
}

static char *
describe (LanTransferCard *self)
{
  g_autofree char *kind = describe_kind (self->transfer);
  g_autofree char *size = g_format_size (lan_transfer_get_size (self->transfer));
  const char *who = lan_person_get_name (lan_transfer_get_person (self->transfer));

  if (!self->with_person)
    /* Translators: size and kind of a file */
    return g_strdup_printf (_ ("%s, %s"), size, kind);
  if (lan_transfer_get_incoming (self->transfer))
    return g_strdup_printf (_ ("From %s, %s, %s"), who, size, kind);
  return g_strdup_printf (_ ("To %s, %s, %s"), who, size, kind);
}

/* Returns: (transfer full) (nullable): how it stands with what is left with the server, where that matters now. */
static char *
describe_left (LanTransfer *transfer)
{
  gboolean incoming = lan_transfer_get_incoming (transfer);
  const char *who = lan_person_get_name (lan_transfer_get_person (transfer));

  switch (lan_transfer_get_left (transfer)) {
  case LAN_TRANSFER_LEFT_SENDING:
    /* Translators: %s is a person who is away */
    return g_strdup_printf (_ ("Being left with the server for %s…"), who);
  case LAN_TRANSFER_LEFT_THERE:
    if (incoming)
      return g_strdup (_ ("Can be fetched from the server"));
    /* Translators: %s is a person who is away */
    return g_strdup_printf (_ ("Left with the server for %s"), who);
  case LAN_TRANSFER_LEFT_TOO_BIG:
    return g_strdup (_ ("Too large for the server. Waits until both are connected"));
  case LAN_TRANSFER_LEFT_NO_ROOM:
    return g_strdup (_ ("The server has no room for it. Waits until both are connected"));
  case LAN_TRANSFER_LEFT_EXPIRED:
    return g_strdup (_ ("Was not fetched from the server in time. Waits until both are connected"));
  case LAN_TRANSFER_LEFT_GONE:
    return g_strdup (_ ("Not with the server any more. Waits until both are connected"));
  case LAN_TRANSFER_LEFT_BROKEN:
    return g_strdup (_ ("The server gave something else, which was thrown away. Waits until both "
                        "are connected"));
  case LAN_TRANSFER_LEFT_NONE:
  default:
    return NULL;
  }
}

static char *
describe_moving (LanTransferCard *self, LanTransferStatus status)
{
  guint64 size = lan_transfer_get_size (self->transfer);
  guint64 done = lan_transfer_get_done (self->transfer);
  g_autofree char *have = g_format_size (done);
  g_autofree char *all = g_format_size (size);
  int percent = size > 0 ? (int) (100.0 * (double) done / (double) size) : 100;
  char *text = status == LAN_TRANSFER_STATUS_ACCEPTED ? describe_left (self->transfer) : NULL;

  if (text != NULL)
    return text;
  switch (status) {
  case LAN_TRANSFER_STATUS_ACCEPTED:
    return g_strdup (_ ("Starting…"));
  case LAN_TRANSFER_STATUS_PAUSED:
    if (lan_transfer_get_paused (self->transfer))
      return g_strdup_printf (_ ("Paused at %d %%, %s of %s"), percent, have, all);
    return g_strdup_printf (_ ("Waits at %d %% until both are connected"), percent);
  case LAN_TRANSFER_STATUS_VERIFYING:
    return g_strdup (_ ("Checking…"));
  default:
    /* Translators: 64 %, 2.6 MB of 4.1 MB */
    return g_strdup_printf (_ ("%d %%, %s of %s"), percent, have, all);
  }
}

/* The sentence for an end that is not a good one, with what can be done; node's own text is for logs. */
static const struct {
  const char *code;
  const char *text;
} failures[] = {
  { "disk-full", N_ ("The disk is full. Make room and try again; what is there is kept.") },
  { "hash", N_ ("What arrived is not what was offered. It was thrown away; ask for it again.") },
  { "source-changed", N_ ("The file was changed while it was sent. Send it again.") },
  { "access", N_ ("The file or folder may not be read or written. Choose another place.") },
  { "read-only", N_ ("This place can only be read. Choose another folder.") },
  { "path", N_ ("The file cannot be kept under this name. Choose another folder.") },
  { "not-found", N_ ("The file or folder is not there any more. Is a disk unplugged?") },
  { "io", N_ ("The disk reported an error. Try again, or choose another folder.") },
  { "not-a-file", N_ ("Only ordinary files and folders can be sent.") },
  { "too-large", N_ ("It is larger than can be sent.") },
  { "exists", N_ ("Too many files of this name are there already. Choose another folder.") },
  { "stalled", N_ ("The other side stopped answering. Try again later; what is there is kept.") },
  { "peer", N_ ("The other side could not go on. Ask them to send it again.") },
  { "manifest", N_ ("The list of files in the folder breaks the rules. Nothing was kept.") },
  { "store", N_ ("The profile could not be written. Is its disk full?") },
};

/* What was offered is not to be had any more, however often one tries: it has to be offered again. */
static gboolean
is_beyond_help (LanTransfer *transfer)
{
  static const char *const codes[] = { "source-changed", "manifest", "too-large", NULL };
  const char *code = lan_transfer_get_error_code (transfer);

  return code != NULL && g_strv_contains (codes, code);
}

static const char *
failure_text (LanTransfer *transfer)
{
  const char *code = lan_transfer_get_error_code (transfer);

  if (lan_transfer_get_incoming (transfer) && g_strcmp0 (code, "source-changed") == 0)
    return _ ("The file was changed while it was sent. Ask for it again.");
  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++) {
    if (g_strcmp0 (code, failures[i].code) == 0)
      return _ (failures[i].text);
  }
  return _ ("It did not work. Try again.");
}

static const char *
end_text (LanTransferCard *self, LanTransferStatus status)
{
  gboolean incoming = lan_transfer_get_incoming (self->transfer);

  switch (status) {
  case LAN_TRANSFER_STATUS_FAILED:
    return failure_text (self->transfer);
  case LAN_TRANSFER_STATUS_DECLINED:
    return incoming ? _ ("You declined it") : _ ("Was declined");
  case LAN_TRANSFER_STATUS_CANCELLED:
    return _ ("Cancelled");
  case LAN_TRANSFER_STATUS_OFFERED:
    return incoming ? "" : _ ("Waits for an answer");
  default:
    return "";
  }
}

/* A folder that comes here: what of it does not. */
static char *
describe_left_out (LanTransfer *transfer)
{
  LanTransferStatus status = lan_transfer_get_status (transfer);

  if (!lan_transfer_get_incoming (transfer) ||
      (status != LAN_TRANSFER_STATUS_OFFERED && status != LAN_TRANSFER_STATUS_DONE))
    return g_strdup ("");
  return lan_format_left_out (lan_transfer_get_left_links (transfer),
                              lan_transfer_get_left_others (transfer));
}

/* Offered to a group: it stays open until everybody has it. */
static char *
describe_fetched (LanTransfer *transfer)
{
  guint members = lan_transfer_get_members (transfer);

  return g_strdup_printf (
      /* Translators: a file in a group: 2 of 5 people have it */
      ngettext ("%u of %u person has it", "%u of %u people have it", members),
      lan_transfer_get_fetched (transfer), members);
}

static char *
describe_resting (LanTransferCard *self, LanTransferStatus status)
{
  char *text = status == LAN_TRANSFER_STATUS_OFFERED ? describe_left (self->transfer) : NULL;

  if (text != NULL)
    return text;
  return status == LAN_TRANSFER_STATUS_OFFERED && lan_transfer_get_members (self->transfer) > 0
             ? describe_fetched (self->transfer)
             : g_strdup (end_text (self, status));
}

static void
set_class (gpointer widget, const char *name, gboolean on)
{
  GtkStyleContext *context = gtk_widget_get_style_context (widget);

  if (on)
    gtk_style_context_add_class (context, name);
  else
    gtk_style_context_remove_class (context, name);
}

static void
update_progress (LanTransferCard *self, LanTransferStatus status)
{
  guint64 size = lan_transfer_get_size (self->transfer);
  guint64 done = lan_transfer_get_done (self->transfer);
  gboolean moving = is_moving (status);
  gboolean shows = moving || (status == LAN_TRANSFER_STATUS_FAILED && done > 0);

  gtk_widget_set_visible (GTK_WIDGET (self->progress), shows);
  if (shows)
    gtk_progress_bar_set_fraction (self->progress, size > 0 ? (double) done / (double) size : 1.0);
  set_class (self->progress, "bad", status == LAN_TRANSFER_STATUS_FAILED);
  set_class (self->progress, "paused", status == LAN_TRANSFER_STATUS_PAUSED);
}

static void
update_figures (LanTransferCard *self, LanTransferStatus status)
{
  g_autofree char *left = NULL;
  g_autofree char *right = NULL;

  if (is_moving (status)) {
    guint64 rate = lan_transfer_get_rate (self->transfer);

    left = describe_moving (self, status);
    if (rate > 0 && status == LAN_TRANSFER_STATUS_RUNNING) {
      g_autofree char *speed = lan_format_rate (rate);
      g_autofree char *time = lan_format_left (lan_transfer_get_eta (self->transfer));

      right = *time != '\0' ? g_strdup_printf (_ ("%s, %s"), speed, time) : g_strdup (speed);
    }
  } else {
    left = describe_resting (self, status);
    if (*left == '\0') {
      g_free (left);
      left = describe_left_out (self->transfer);
    }
  }
  gtk_label_set_text (self->left_label, left);
  gtk_label_set_text (self->right_label, right != NULL ? right : "");
  set_class (self->left_label, "errfg", status == LAN_TRANSFER_STATUS_FAILED);
  gtk_widget_set_visible (self->figures, *left != '\0');
}

static void
update_buttons (LanTransferCard *self, LanTransferStatus status)
{
  gboolean incoming = lan_transfer_get_incoming (self->transfer);
  gboolean done =
      status == LAN_TRANSFER_STATUS_DONE && lan_transfer_get_path (self->transfer) != NULL;
  gboolean offered = incoming && status == LAN_TRANSFER_STATUS_OFFERED;
  gboolean failed = incoming && status == LAN_TRANSFER_STATUS_FAILED;
  gboolean hopeless = failed && is_beyond_help (self->transfer);
  gboolean again = failed && !hopeless;
  gboolean folder = lan_transfer_get_folder (self->transfer);
  gboolean paused = lan_transfer_get_paused (self->transfer);
  LanFileKind kind = lan_file_kind (lan_transfer_get_name (self->transfer));

  gtk_widget_set_visible (self->open_button, done && (folder || !kind.is_program));
  gtk_widget_set_visible (self->pause_button,
                          is_moving (status) && !paused && status != LAN_TRANSFER_STATUS_VERIFYING);
  gtk_widget_set_visible (self->resume_button, is_moving (status) && paused);
  gtk_widget_set_visible (self->folder_button, done);
  gtk_widget_set_visible (self->cancel_button,
                          is_moving (status) ||
                              (!incoming && status == LAN_TRANSFER_STATUS_OFFERED));
  gtk_widget_set_visible (self->accept_button, offered);
  gtk_widget_set_visible (self->decline_button, offered);
  gtk_widget_set_visible (self->choose_button, offered && folder);
  gtk_widget_set_visible (self->save_button, (offered && !folder) || again);
  gtk_widget_set_visible (self->again_button, again);
  gtk_widget_set_visible (self->ask_button, hopeless);
  gtk_widget_set_visible (self->remove_button, hopeless);
  gtk_widget_set_visible (self->answers, offered || failed);
}

static void
update_accessible (LanTransferCard *self)
{
  g_autofree char *name = g_strdup_printf ("%s, %s %s", gtk_label_get_text (self->name_label),
                                           gtk_label_get_text (self->line_label),
                                           gtk_label_get_text (self->left_label));

  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), name);
}

static void
update (LanTransferCard *self)
{
  LanTransferStatus status = lan_transfer_get_status (self->transfer);
  g_autofree char *line = describe (self);

  gtk_label_set_text (self->line_label, line);
  update_progress (self, status);
  update_figures (self, status);
  update_buttons (self, status);
  update_accessible (self);
}

static void
on_accept (LanTransferCard *self)
{
  g_autofree char *folder = lan_files_dup_folder ();

  lan_transfer_accept (self->transfer, folder);
}

static const char *const conflict_ids[] = { "keep-both", "replace", "skip", NULL };

static LanTransferConflict
conflict_of (const char *choice)
{
  for (int i = 0; conflict_ids[i] != NULL; i++) {
    if (g_strcmp0 (choice, conflict_ids[i]) == 0)
      return (LanTransferConflict) i;
  }
  return LAN_TRANSFER_KEEP_BOTH;
}

static void
add_conflict_choice (GtkFileChooser *chooser)
{
  const char *labels[] = { _ ("Keep both"), _ ("Replace it"), _ ("Leave it and skip the new one"),
                           NULL };

  gtk_file_chooser_add_choice (chooser, "taken", _ ("Where a file is there already"),
                               (const char **) conflict_ids, labels);
  gtk_file_chooser_set_choice (chooser, "taken", conflict_ids[0]);
}

static void
on_folder_chosen (GtkNativeDialog *dialog, int response, LanTransferCard *self)
{
  if (response == GTK_RESPONSE_ACCEPT) {
    g_autofree char *folder = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog));
    const char *choice = gtk_file_chooser_get_choice (GTK_FILE_CHOOSER (dialog), "taken");

    if (folder != NULL)
      lan_transfer_accept_with (self->transfer, folder, NULL, conflict_of (choice));
  }
  gtk_native_dialog_destroy (dialog);
}

static void
on_save (LanTransferCard *self)
{
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (self));
  g_autoptr (GtkFileChooserNative) dialog = gtk_file_chooser_native_new (
      _ ("Save in"), GTK_WINDOW (window), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Save here"),
      _ ("_Cancel"));
  g_autofree char *folder = lan_files_dup_folder ();

  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), folder);
  add_conflict_choice (GTK_FILE_CHOOSER (dialog));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_folder_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
  g_object_set_data_full (G_OBJECT (self), "dialog", g_steal_pointer (&dialog), g_object_unref);
}

static void
on_decline (LanTransferCard *self)
{
  lan_transfer_decline (self->transfer);
}

static void
on_pause (LanTransferCard *self)
{
  lan_transfer_pause (self->transfer);
}

static void
on_resume (LanTransferCard *self)
{
  lan_transfer_resume (self->transfer);
}

static void
on_choose (LanTransferCard *self)
{
  GtkWidget *window = lan_folder_window_new (self->transfer);

  gtk_window_set_transient_for (GTK_WINDOW (window),
                                GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (self))));
  gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
  gtk_window_present (GTK_WINDOW (window));
}

static void
on_cancel (LanTransferCard *self)
{
  lan_transfer_cancel (self->transfer);
}

/* A message to who offered it; once is enough. */
static void
on_ask (LanTransferCard *self)
{
  g_action_group_activate_action (G_ACTION_GROUP (g_application_get_default ()), "ask-again",
                                  g_variant_new_string (lan_transfer_get_id (self->transfer)));
  gtk_widget_set_sensitive (self->ask_button, FALSE);
}

static void
on_open (LanTransferCard *self)
{
  lan_files_open (gtk_widget_get_toplevel (GTK_WIDGET (self)),
                  lan_transfer_get_path (self->transfer));
}

static void
on_folder (LanTransferCard *self)
{
  lan_files_show_in_folder (gtk_widget_get_toplevel (GTK_WIDGET (self)),
                            lan_transfer_get_path (self->transfer));
}

static void
dispose (GObject *object)
{
  LanTransferCard *self = LAN_TRANSFER_CARD (object);

  g_clear_object (&self->transfer);
  G_OBJECT_CLASS (lan_transfer_card_parent_class)->dispose (object);
}

static void
lan_transfer_card_class_init (LanTransferCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/transfer-card.ui");
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, icon_label);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, folder_icon);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, name_label);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, line_label);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, open_button);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, folder_button);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, pause_button);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, resume_button);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, progress);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, figures);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, left_label);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, right_label);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, answers);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, again_button);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, ask_button);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, remove_button);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, accept_button);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, choose_button);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, save_button);
  gtk_widget_class_bind_template_child (widget_class, LanTransferCard, decline_button);
  gtk_widget_class_bind_template_callback (widget_class, on_accept);
  gtk_widget_class_bind_template_callback (widget_class, on_save);
  gtk_widget_class_bind_template_callback (widget_class, on_decline);
  gtk_widget_class_bind_template_callback (widget_class, on_pause);
  gtk_widget_class_bind_template_callback (widget_class, on_resume);
  gtk_widget_class_bind_template_callback (widget_class, on_choose);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel);
  gtk_widget_class_bind_template_callback (widget_class, on_ask);
  gtk_widget_class_bind_template_callback (widget_class, on_open);
  gtk_widget_class_bind_template_callback (widget_class, on_folder);
}

static void
lan_transfer_card_init (LanTransferCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lan_transfer_card_new (LanTransfer *transfer, gboolean with_person)
{
  LanTransferCard *self = g_object_new (LAN_TYPE_TRANSFER_CARD, NULL);
  const char *name = lan_transfer_get_name (transfer);
  LanFileKind kind = lan_file_kind (name);
  g_autofree char *letters =
      lan_transfer_get_folder (transfer) ? g_strdup ("") : lan_file_kind_letters (name);

  self->transfer = g_object_ref (transfer);
  self->with_person = with_person;
  gtk_label_set_text (self->name_label, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name_label), name);
  gtk_label_set_text (self->icon_label, letters);
  gtk_widget_set_visible (GTK_WIDGET (self->icon_label), !lan_transfer_get_folder (transfer));
  gtk_widget_set_visible (self->folder_icon, lan_transfer_get_folder (transfer));
  if (*kind.style != '\0')
    set_class (self->icon_label, kind.style, TRUE);
  g_signal_connect_object (transfer, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
