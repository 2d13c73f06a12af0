using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>Two connections of a run to one account, for example with the credentials of two users.</summary>
public sealed class IssuedTokensTests : IAsyncLifetime
{
    private readonly IssuedTokens _issued = new();
    private TokenConnection _first = null!;
    private TokenConnection _second = null!;

    public async Task InitializeAsync()
    {
        _first = await TestConnections.ConnectAsync(new Uri("https://one.example"), "Devo");
        _second = await TestConnections.ConnectAsync(new Uri("https://one.example"), "Devo");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public void Contains_TokenOfEitherConnection_IsTrue()
    {
        _issued.Of(_first).Add(_first.CreateReference("1", "ci"), DateTimeOffset.UnixEpoch);
        _issued.Of(_second).AddUnrecorded(_second.GetIdentity("2"));

        Assert.True(_issued.Contains(_second.GetIdentity("1")));
        Assert.False(_issued.Contains(_first.GetIdentity("2")));
        Assert.True(_issued.IsUnrecorded(_first.GetIdentity("2")));
        Assert.False(_issued.IsUnrecorded(_second.GetIdentity("1")));
    }

    [Fact]
    public void IsShared_NameIsBeingIssuedThroughBothConnections_IsTrueUntilOneEnds()
    {
        using IDisposable first = _issued.Of(_first).Begin("ci", DateTimeOffset.UnixEpoch);
        Assert.False(_issued.IsShared(_first.AccountIdentity, "ci"));

        using (_issued.Of(_second).Begin("ci", DateTimeOffset.UnixEpoch))
        {
            Assert.True(_issued.IsShared(_first.AccountIdentity, "ci"));
            Assert.False(_issued.IsShared(_first.AccountIdentity, "other"));
        }

        Assert.False(_issued.IsShared(_first.AccountIdentity, "ci"));
    }
}
