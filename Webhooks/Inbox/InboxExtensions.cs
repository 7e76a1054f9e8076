using ProdReady.ServiceDefaults;
using ProdReady.ServiceDefaults.GroupCommit;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.Webhooks.Inbox;

internal static class InboxExtensions
{
    /// <summary>Adds the inbox, its schema <c>webhooks</c> and the Postgres that holds it.</summary>
    public static IHostApplicationBuilder AddInbox(this IHostApplicationBuilder builder)
    {
        // Planning the intake anew for each batch would take as long as doing it
        builder.AddPostgres(keepsPlans: true);
        builder.AddMigrations("webhooks", typeof(InboxExtensions).Assembly);
        builder.Services.AddSingleton<GroupCommitMetrics>();
        builder.Services.AddSingleton<InboxDatabase>();
        builder.Services.AddSingleton<InboxStore>();
        builder.Services.AddSingleton<InboxIntake>();
        builder.Services.AddSingleton<InboxSignal>();
        builder.Services.AddSingleton<EventReader>();
        return builder;
    }
}
