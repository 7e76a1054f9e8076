using Microsoft.Extensions.Primitives;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.ServiceDefaults.Tests.ApiKeys;

public sealed class PresentedKeyTests
{
    [Theory]
    [InlineData(null, null, "")]
    [InlineData("k", null, "k")]
    [InlineData(" k ", null, "k")]
    [InlineData(null, "Bearer k", "k")]
    [InlineData(null, "BEARER  k ", "k")]
    [InlineData(null, "Bearerk", "")]
    [InlineData(null, "Bearer ", "")]
    [InlineData("k", "Bearer k", "k")]
    [InlineData("k", "Digest k2", "k")]
    [InlineData("", "Bearer k", "k")]
    public void The_key_is_in_either_header(string? key, string? authorization, string expected)
    {
        var presented = PresentedKey.Read(Headers(key, authorization));

        Assert.False(presented.IsAmbiguous);
        Assert.Equal(expected, presented.Text);
    }

    [Theory]
    [InlineData("k", "Bearer other")]
    [InlineData("k|k", null)]
    [InlineData("k|other", null)]
    [InlineData(null, "Bearer k|Bearer k")]
    [InlineData("k", "Bearer k|Basic x")]
    public void Several_are_none(string? key, string? authorization)
    {
        var presented = PresentedKey.Read(Headers(key, authorization));

        Assert.True(presented.IsAmbiguous);
        Assert.True(presented.Text.IsEmpty);
    }

    private static HeaderDictionary Headers(string? key, string? authorization) => new()
    {
        ["X-Api-Key"] = new StringValues(key?.Split('|')),
        ["Authorization"] = new StringValues(authorization?.Split('|')),
    };
}
