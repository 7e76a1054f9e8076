using System.Globalization;
using System.Text;
using CsCheck;
using ProdReady.ServiceDefaults.Logging;

namespace ProdReady.ServiceDefaults.Tests.Logging;

public sealed class MillisecondsTests
{
    [Fact]
    public void They_are_written_as_a_number_with_at_most_three_decimals() => Gen.Long[0, TimeSpan.TicksPerDay].Sample(ticks =>
    {
        var duration = new Milliseconds(TimeSpan.FromTicks(ticks));
        Span<byte> written = stackalloc byte[Milliseconds.MaxLength];

        Assert.True(duration.TryFormat(written, out var length, default, null));

        var expected = Math.Round((decimal)ticks / TimeSpan.TicksPerMillisecond, 3, MidpointRounding.AwayFromZero);
        Assert.Equal(expected.ToString("0.###", CultureInfo.InvariantCulture), Encoding.UTF8.GetString(written[..length]));
    });
}
