using Microsoft.Extensions.Logging;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>
/// Finished lines on their way to standard output. A request copies its line into a buffer and goes on; one thread writes the
/// buffer out, many lines a system call. Ordinary lines are gathered for up to <see cref="Linger"/>, warnings and worse go out
/// at once.
/// <para>
/// Where the reader of standard output is too slow or stands still, the buffer fills up. Then lines are dropped rather than
/// requests held up: first those below Error, then, beyond a reserve that is kept for them, errors too. Nothing is lost
/// silently: every drop is counted (<c>prodready.logging.dropped</c>), and as soon as the output moves again an error line
/// says how many lines are missing.
/// </para>
/// </summary>
internal sealed class LineQueue : IDisposable
{
    /// <summary>The room for all lines, in bytes: some thousand of them.</summary>
    public const int Capacity = 4 * 1024 * 1024;

    /// <summary>The further room for errors, in bytes.</summary>
    public const int ErrorReserve = 1024 * 1024;

    private const int InitialSize = 64 * 1024;
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan ExitPatience = TimeSpan.FromSeconds(2);

    private readonly Stream _output;
    private readonly Action<long, long> _onDropped;
    private readonly Thread _thread;
    private readonly object _gate = new(); // a monitor, because it waits and pulses
    private byte[] _filling = new byte[InitialSize];
    private byte[] _writing = new byte[InitialSize];
    private int _filled;
    private bool _idle;
    private bool _urgent;
    private bool _busy;
    private bool _stopped;
    private bool _ended;
    private long _unreported;
    private long _unreportedErrors;
    private long _dropped;

    /// <summary>Starts the writing thread.</summary>
    /// <param name="output">Where lines go.</param>
    /// <param name="onDropped">Told, on that thread, how many lines and how many errors among them were dropped.</param>
    public LineQueue(Stream output, Action<long, long> onDropped)
    {
        _output = output;
        _onDropped = onDropped;
        _thread = new Thread(Run) { IsBackground = true, Name = "Log output" };
        _thread.Start();
        // The lines that say why a process ends are the ones that must not stay in the buffer
        AppDomain.CurrentDomain.ProcessExit += FlushAtExit;
        AppDomain.CurrentDomain.UnhandledException += FlushAtExit;
    }

    /// <summary>How many lines were dropped so far.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Takes a line, or counts it as dropped.</summary>
    public void Add(ReadOnlySpan<byte> line, LogLevel level)
    {
        lock (_gate)
        {
            if (_ended)
            {
                // What a host logs while the last of its parts is disposed of
                Write(line);
                return;
            }

            if (_filled + line.Length > (level >= LogLevel.Error ? Capacity + ErrorReserve : Capacity))
            {
                Interlocked.Increment(ref _dropped);
                _unreported++;
                _unreportedErrors += level >= LogLevel.Error ? 1 : 0;
                return;
            }

            Grow(_filled + line.Length);
            line.CopyTo(_filling.AsSpan(_filled));
            _filled += line.Length;
            var urgent = level >= LogLevel.Warning || _filled >= InitialSize;
            if (_idle || (urgent && !_urgent))
            {
                _urgent |= urgent;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Waits until everything so far is written, or the time is over.</summary>
    public void Flush(TimeSpan patience)
    {
        var deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        lock (_gate)
        {
            _urgent = true;
            Monitor.PulseAll(_gate);
            while (!_ended && (_filled > 0 || _busy) && deadline - Environment.TickCount64 is > 0 and var left)
            {
                Monitor.Wait(_gate, TimeSpan.FromMilliseconds(left));
            }
        }
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= FlushAtExit;
        AppDomain.CurrentDomain.UnhandledException -= FlushAtExit;
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }

        // A reader that stands still must not keep the service from ending
        _thread.Join(ExitPatience);
    }

    private void Run()
    {
        while (Take() is { Length: > 0 } lines)
        {
            Write(lines.Span);
            Report();
        }
    }

    /// <summary>Waits for lines, lets more come, and takes them all; nothing at the end.</summary>
    private ReadOnlyMemory<byte> Take()
    {
        lock (_gate)
        {
            _busy = false;
            Monitor.PulseAll(_gate);
            while (_filled == 0 && !_stopped)
            {
                _idle = true;
                Monitor.Wait(_gate);
                _idle = false;
            }

            if (!_urgent && !_stopped)
            {
                Monitor.Wait(_gate, Linger);
            }

            if (_filled == 0)
            {
                _ended = true;
                return default;
            }

            (_filling, _writing) = (_writing, _filling);
            var taken = _writing.AsMemory(0, _filled);
            _filled = 0;
            _urgent = false;
            _busy = true;
            return taken;
        }
    }

    private void Write(ReadOnlySpan<byte> lines)
    {
        try
        {
            _output.Write(lines);
            _output.Flush();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            // Nobody reads any more, and there is no other place to say so
            Interlocked.Increment(ref _dropped);
        }
    }

    private void Report()
    {
        long dropped, errors;
        lock (_gate)
        {
            (dropped, errors) = (_unreported, _unreportedErrors);
            _unreported = _unreportedErrors = 0;
        }

        if (dropped > 0)
        {
            _onDropped(dropped, errors);
        }
    }

    private void Grow(int size)
    {
        if (_filling.Length < size)
        {
            Array.Resize(ref _filling, Math.Max(size, Math.Min(_filling.Length * 2, Capacity + ErrorReserve)));
        }
    }

    private void FlushAtExit(object? sender, EventArgs arguments) => Flush(ExitPatience);
}
