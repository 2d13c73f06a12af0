using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

public sealed class ResetOptionsTests
{
    [Theory]
    [InlineData("GracePeriod")]
    [InlineData("Predecessor")]
    [InlineData("Scope")]
    [InlineData("WithSuccessor")]
    public void Validate_InPlaceWithOptionThatRequiresTwoTokens_NamesTheOption(string option)
    {
        ResetOptions options = With(option);
        options.Validate();

        var error = Assert.Throws<ApiTokenException>((options with { InPlace = true }).Validate);

        Assert.Equal("InvalidInPlace", error.ErrorId);
        Assert.Contains($"cannot be combined with {option}, because the old secret stops working", error.Message);
        Assert.Equal("Specify only one of them.", error.RecommendedAction);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Validate_GracePeriodIsNotPositive_Throws(int seconds)
    {
        var error = Assert.Throws<ApiTokenException>(new ResetOptions { GracePeriod = TimeSpan.FromSeconds(seconds) }.Validate);

        Assert.Equal("InvalidGracePeriod", error.ErrorId);
        Assert.Contains($"'{TimeSpan.FromSeconds(seconds)}' is not a positive time span", error.Message);
        Assert.Contains("such as one day", error.RecommendedAction);
    }

    [Fact]
    public void Validate_GracePeriodForTokenThatIsKept_Throws()
    {
        var options = new ResetOptions { GracePeriod = TimeSpan.FromDays(1), Predecessor = OldTokenAction.Keep };

        var error = Assert.Throws<ApiTokenException>(options.Validate);

        Assert.Equal("InvalidGracePeriod", error.ErrorId);
        Assert.Contains("the old token is kept", error.Message);
        Assert.Equal("Specify only one of them.", error.RecommendedAction);
    }

    [Theory]
    [InlineData("Scope", "Gcore")]
    [InlineData("Audience", "Wegnology")]
    [InlineData("Role", "ApplicationUsers")]
    [InlineData("Access", "Devo")]
    [InlineData("ApplyToAll", "Gcore")]
    public void Validate_PermissionsThatTheServiceDoesNotHave_NamesTheField(string field, string service)
    {
        ResetOptions options = With(field);

        var error = Assert.Throws<ApiTokenException>(() => options.Validate(ServiceCatalog.Find(service).Capabilities));

        Assert.Equal($"Invalid{field}", error.ErrorId);
    }

    [Theory]
    [InlineData("Scope", "Wegnology")]
    [InlineData("Audience", "Devo")]
    [InlineData("Role", "Gcore")]
    [InlineData("Access", "ApplicationUsers")]
    [InlineData("ApplyToAll", "ApplicationUsers")]
    public void Validate_PermissionsOfTheService_AreAccepted(string field, string service) =>
        With(field).Validate(ServiceCatalog.Find(service).Capabilities);

    [Fact]
    public void Validate_ServiceCannotDisable_SaysSo()
    {
        var options = new ResetOptions { Predecessor = OldTokenAction.Disable };

        var error = Assert.Throws<ApiTokenException>(() => options.Validate(ServiceCatalog.Find("Gcore").Capabilities));

        Assert.Equal("Gcore cannot disable a token.", error.Message);
        options.Validate(ServiceCatalog.Find("Devo").Capabilities);
    }

    [Fact]
    public void Validate_InvalidCombinationForService_Throws() => Assert.Equal(
        "InvalidGracePeriod",
        Assert.Throws<ApiTokenException>(
            () => new ResetOptions { GracePeriod = TimeSpan.Zero }.Validate(ServiceCatalog.Find("Devo").Capabilities)).ErrorId);

    [Fact]
    public void ApplyPermissions_Specified_ReplacePermissionsOfOldToken()
    {
        var old = new NewTokenRequest { Name = "ci", Scope = ["all.User"], Audience = ["apiv2"], Role = "Users" };

        NewTokenRequest request = new SuccessorPermissions { Scope = ["ReadOnly"], Audience = ["http"], Role = "Engineers" }.Apply(old);

        Assert.Equal(["ReadOnly"], request.Scope);
        Assert.Equal(["http"], request.Audience);
        Assert.Equal("Engineers", request.Role);
    }

    [Theory]
    [InlineData(false, new[] { "a", "b" }, new[] { AccessLevel.Full, AccessLevel.Read })]
    [InlineData(true, new[] { "a" }, new[] { AccessLevel.Full })]
    public void ApplyPermissions_Access_ChangesOnlyApisThatAreSpecified(bool applyToAll, string[] apis, AccessLevel[] levels)
    {
        var old = new NewTokenRequest
        {
            Name = "ci",
            Access = new Dictionary<string, AccessLevel> { ["a"] = AccessLevel.Read, ["b"] = AccessLevel.Read },
        };
        var permissions = new SuccessorPermissions
        {
            Access = new Dictionary<string, AccessLevel> { ["a"] = AccessLevel.Full },
            ApplyToAll = applyToAll ? AccessLevel.None : null,
        };

        NewTokenRequest request = permissions.Apply(old);

        Assert.Equal(apis, request.Access.Keys.Order());
        Assert.Equal(levels, apis.Select(api => request.Access[api]));
        Assert.Equal(permissions.ApplyToAll, request.ApplyToAll);
    }

    [Fact]
    public void ApplyPermissions_NothingSpecified_KeepsPermissionsOfOldToken()
    {
        var old = new NewTokenRequest
        {
            Name = "ci",
            Scope = ["all.User"],
            Audience = ["apiv2"],
            Role = "Users",
            Access = new Dictionary<string, AccessLevel> { ["a"] = AccessLevel.Read },
        };

        NewTokenRequest request = new SuccessorPermissions().Apply(old);

        Assert.Equal((old.Scope, old.Audience, old.Role), (request.Scope, request.Audience, request.Role));
        Assert.Equal(old.Access, request.Access);

        // The permissions of the old token may be newer than the catalogue.
        Assert.True(request.HasKnownPermissions);
        Assert.False(new SuccessorPermissions { Scope = ["ReadOnly"] }.Apply(old).HasKnownPermissions);
    }

    private static ResetOptions With(string option) => option switch
    {
        "GracePeriod" => new ResetOptions { GracePeriod = TimeSpan.FromDays(1) },
        "Predecessor" => new ResetOptions { Predecessor = OldTokenAction.Disable },
        "WithSuccessor" => new ResetOptions { WithSuccessor = true },
        _ => new ResetOptions
        {
            Permissions = option switch
            {
                "Scope" => new SuccessorPermissions { Scope = ["ReadOnly"] },
                "Audience" => new SuccessorPermissions { Audience = ["apiv2"] },
                "Role" => new SuccessorPermissions { Role = "Users" },
                "Access" => new SuccessorPermissions
                {
                    Access = new Dictionary<string, AccessLevel> { ["location"] = AccessLevel.Read },
                },
                _ => new SuccessorPermissions { ApplyToAll = AccessLevel.Read },
            },
        },
    };
}
