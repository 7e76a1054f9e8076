using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.ServiceDefaults.Queue;

/// <summary>Durable queues on Postgres.</summary>
public static class QueueExtensions
{
    /// <summary>What the last words of jobs, the last commit and the services' own ends take besides.</summary>
    private static readonly TimeSpan AfterGrace = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds <see cref="JobQueue{T}"/>, a queue in the table <c>jobs</c> of <paramref name="schema"/>. The table comes with the
    /// migrations of that schema (<see cref="MigrationExtensions.AddMigrations"/>). Several queues of one kind of payload are told
    /// apart by their names: each is a keyed service.
    /// </summary>
    /// <param name="builder">The service's builder, with <see cref="DataClientExtensions.AddPostgres"/>.</param>
    /// <param name="schema">The service's schema.</param>
    /// <param name="name">The queue's name, as in its settings <c>Queues:{name}</c> and its metrics.</param>
    /// <param name="payload">How payloads become JSON and back.</param>
    /// <exception cref="ArgumentException">A name does not consist of small letters, digits and underscores, or is taken.</exception>
    public static IHostApplicationBuilder AddJobQueue<T>(
        this IHostApplicationBuilder builder, string schema, string name, JsonTypeInfo<T> payload)
    {
        var queue = new JobQueueDefinition(schema, name);
        if (builder.Services.Any(service =>
            !service.IsKeyedService && service.ImplementationInstance is JobQueueDefinition other && other.Name == name))
        {
            throw new ArgumentException($"This process has a queue {name} already.", nameof(name));
        }

        builder.Services.AddSingleton(queue);
        builder.Services.AddOptions<JobQueueOptions>(name)
            .BindConfiguration($"{JobQueueOptions.SectionName}:{name}")
            .ValidateOnStart();
        builder.Services.AddOptions<HostOptions>().PostConfigure<IConfiguration>((host, configuration) =>
        {
            // Or else the host would end under what it was told to wait for. One that cannot be read is told by the options' own check
            var setting = configuration[$"{JobQueueOptions.SectionName}:{name}:{nameof(JobQueueOptions.StopGrace)}"];
            var needed = TimeSpan.TryParse(setting, CultureInfo.InvariantCulture, out var grace) ? grace + AfterGrace : TimeSpan.Zero;
            host.ShutdownTimeout = needed > host.ShutdownTimeout ? needed : host.ShutdownTimeout;
        });
        builder.AddJobTable(schema);
        builder.Services.AddKeyedSingleton(name, (services, _) => new JobQueue<T>(
            name,
            services.GetRequiredService<JobStore>(),
            payload,
            services.GetRequiredService<NpgsqlDataSource>(),
            Options(services, name)));
        builder.Services.TryAddSingleton(services => services.GetRequiredKeyedService<JobQueue<T>>(Only<T>(services).Queue.Name));
        builder.Services.AddSingleton(new PayloadQueue<T>(queue, payload));
        return builder;
    }

    /// <summary>Works the queue of <typeparamref name="T"/> off in this process, with one <typeparamref name="THandler"/>.</summary>
    public static IHostApplicationBuilder AddJobWorker<T, THandler>(this IHostApplicationBuilder builder)
        where THandler : class, IJobHandler<T>
    {
        builder.Services.AddSingleton<IJobHandler<T>, THandler>();
        return builder.AddJobWorker(Only<T>, services => services.GetRequiredService<IJobHandler<T>>());
    }

    /// <summary>Works one of several queues of <typeparamref name="T"/> off in this process.</summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="name">The queue's name.</param>
    /// <param name="handler">Makes what does its jobs.</param>
    public static IHostApplicationBuilder AddJobWorker<T>(
        this IHostApplicationBuilder builder, string name, Func<IServiceProvider, IJobHandler<T>> handler) =>
        builder.AddJobWorker(
            services => services.GetServices<PayloadQueue<T>>().Single(candidate => candidate.Queue.Name == name), handler);

    private static IHostApplicationBuilder AddJobWorker<T>(
        this IHostApplicationBuilder builder,
        Func<IServiceProvider, PayloadQueue<T>> queue,
        Func<IServiceProvider, IJobHandler<T>> handler)
    {
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, JobListener>());
        // Not AddHostedService, which may take two workers of one type for the same
        builder.Services.AddSingleton<IHostedService>(services => CreateWorker(services, queue(services), handler(services)));
        return builder;
    }

    private static JobWorker<T> CreateWorker<T>(IServiceProvider services, PayloadQueue<T> queue, IJobHandler<T> handler)
    {
        var options = Options(services, queue.Queue.Name);
        var metrics = services.GetRequiredService<QueueMetrics>();
        var time = services.GetRequiredService<TimeProvider>();
        var logger = services.GetRequiredService<ILogger<JobWorker<T>>>();
        var runner = new JobRunner<T>(queue.Queue, queue.Payload, handler, options, metrics, time, logger);
        return new(
            queue.Queue, services.GetRequiredService<JobStore>(), runner, options, metrics,
            services.GetRequiredService<QueueOutage>(), services.GetRequiredService<IHostApplicationLifetime>(), time, logger);
    }

    /// <summary>The queue of a kind of payload that has one.</summary>
    private static PayloadQueue<T> Only<T>(IServiceProvider services) =>
        services.GetServices<PayloadQueue<T>>().ToList() is [var only]
            ? only
            : throw new InvalidOperationException($"There is not one queue of {typeof(T).Name}: ask for one by its name.");

    /// <summary>What all queues of the process share.</summary>
    private static void AddJobTable(this IHostApplicationBuilder builder, string schema)
    {
        if (builder.Services.FirstOrDefault(service => service.ServiceType == typeof(JobTable))?.ImplementationInstance is JobTable table)
        {
            if (table.Schema != schema)
            {
                throw new ArgumentException($"This process has its queues in {table.Schema}.jobs already.", nameof(schema));
            }

            return;
        }

        builder.Services.AddSingleton(new JobTable(schema));
        builder.Services.AddSingleton(MigrationScript.Embedded(schema, typeof(JobStore), "Migrations.0001_jobs.sql"));
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IValidateOptions<JobQueueOptions>, ValidateJobQueueOptions>();
        builder.Services.AddSingleton(services => new JobStore(schema, services.GetRequiredService<NpgsqlDataSource>()));
        builder.Services.AddSingleton<QueueMetrics>();
        builder.Services.AddSingleton<QueueOutage>();
        builder.Services.AddHostedService<QueueGauges>();
    }

    private static JobQueueOptions Options(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<JobQueueOptions>>().Get(name);

    private sealed record JobTable(string Schema);

    private sealed record PayloadQueue<T>(JobQueueDefinition Queue, JsonTypeInfo<T> Payload);
}
