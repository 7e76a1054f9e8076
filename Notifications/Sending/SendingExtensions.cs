using Microsoft.Extensions.Options;
using ProdReady.Notifications.Breakers;
using ProdReady.Notifications.Checks;
using ProdReady.Notifications.PhoneNumbers;
using ProdReady.Notifications.Retention;
using ProdReady.Notifications.Shaping;
using ProdReady.Notifications.Statuses;
using ProdReady.Notifications.Suppressions;
using ProdReady.ServiceDefaults.GroupCommit;
using ProdReady.ServiceDefaults.Queue;

namespace ProdReady.Notifications.Sending;

/// <summary>Wires the send pipeline up.</summary>
internal static class SendingExtensions
{
    private const string Schema = "notifications";

    /// <summary>
    /// Longer than a call and the commit of its outcome may take, also while the database is away for some seconds: what is lost
    /// by then has to be looked for at the provider.
    /// </summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <summary>Adds the queues, what works them off, and what looks after messages later.</summary>
    public static IHostApplicationBuilder AddSending(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<SendingOptions>, ValidateSendingOptions>();
        builder.Services.AddOptions<SendingOptions>().BindConfiguration(SendingOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<GroupCommitMetrics>();
        builder.AddSendQueue(SendJob.CodesQueue, concurrency: 32);
        builder.AddSendQueue(SendJob.MessagesQueue, concurrency: 96);
        builder.Services.AddSingleton<SendQueues>();
        builder.Services.AddSingleton<SendRoutes>();
        builder.Services.AddSingleton<SendStore>();
        builder.Services.AddSingleton<RateStore>();
        builder.Services.AddSingleton<SendBatches>();
        builder.Services.AddSingleton<SendLessons>();
        builder.Services.AddSingleton<QuietSends>();
        builder.Services.AddSingleton<SuppressionStore>();
        builder.Services.AddSingleton<RefusedNumberStore>();
        builder.Services.AddSingleton<BreakerStore>();
        builder.Services.AddSingleton<BreakerBoard>();
        builder.Services.AddHostedService(services => services.GetRequiredService<BreakerBoard>());
        builder.Services.AddHealthChecks().AddCheck<BreakersHealthCheck>("senders");
        builder.Services.AddSingleton<StatusReports>();
        builder.Services.AddSingleton<CheckStore>();
        builder.Services.AddSingleton<MessageChecker>();
        builder.Services.AddHostedService<CheckWorker>();
        builder.Services.AddSingleton<RetentionStore>();
        builder.Services.AddHostedService<RetentionWorker>();
        return builder;
    }

    private static void AddSendQueue(this IHostApplicationBuilder builder, string name, int concurrency)
    {
        // Ahead of the queue's own settings, which win
        builder.Services.Configure<JobQueueOptions>(name, options =>
        {
            options.Concurrency = concurrency;
            options.Prefetch = concurrency / 2;
            options.Lease = Lease;
        });
        builder.AddJobQueue(Schema, name, SendJson.Default.SendJob);
        builder.AddJobWorker<SendJob>(name, services => ActivatorUtilities.CreateInstance<SendHandler>(services));
    }
}
