using System.Diagnostics.Metrics;
using CurrentProcess = System.Diagnostics.Process;

namespace ProdReady.ServiceDefaults.Telemetry.Process;

/// <summary>
/// The process as the operating system sees it, in the names of OpenTelemetry's
/// <see href="https://opentelemetry.io/docs/specs/semconv/system/process-metrics/">process conventions</see>. Read only when
/// somebody collects.
/// </summary>
internal sealed class ProcessMetrics
{
    private const string DescriptorFolder = "/proc/self/fd";

    private static readonly KeyValuePair<string, object?> User = new("cpu.mode", "user");
    private static readonly KeyValuePair<string, object?> System = new("cpu.mode", "system");

    private readonly TimeProvider _time;
    private readonly DateTimeOffset _started;

    public ProcessMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        using (var process = CurrentProcess.GetCurrentProcess())
        {
            _started = process.StartTime;
        }

        var meter = meters.Create("ProdReady.Process");
        meter.CreateObservableCounter("process.cpu.time", CpuTime, "s", "Total CPU seconds broken down by different CPU modes.");
        meter.CreateObservableUpDownCounter(
            "process.memory.usage", () => Environment.WorkingSet, "By", "The amount of physical memory in use.");
        // The private bytes: the address space that the garbage collector only reserves would say 256 GB of every process
        meter.CreateObservableUpDownCounter(
            "process.memory.virtual",
            () => Read(process => process.PrivateMemorySize64),
            "By",
            "The amount of committed virtual memory.");
        meter.CreateObservableUpDownCounter(
            "process.thread.count", () => Read(process => process.Threads.Count), "{thread}", "Process threads count.");
        meter.CreateObservableGauge(
            "process.uptime", () => (_time.GetUtcNow() - _started).TotalSeconds, "s", "The time the process has been running.");
        if (Directory.Exists(DescriptorFolder))
        {
            meter.CreateObservableUpDownCounter(
                "process.unix.file_descriptor.count",
                () => Directory.EnumerateFileSystemEntries(DescriptorFolder).Count(),
                "{file_descriptor}",
                "Number of UNIX file descriptors in use by the process.");
        }
    }

    private static Measurement<double>[] CpuTime()
    {
        var usage = Environment.CpuUsage;
        return [new(usage.UserTime.TotalSeconds, User), new(usage.PrivilegedTime.TotalSeconds, System)];
    }

    private static T Read<T>(Func<CurrentProcess, T> read)
    {
        using var process = CurrentProcess.GetCurrentProcess();
        return read(process);
    }
}
