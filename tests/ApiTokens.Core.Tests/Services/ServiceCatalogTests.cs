using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services;

/// <summary>Facts that hold for every service in the catalogue.</summary>
public sealed class ServiceCatalogTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    public static TheoryData<string> Services => [.. ServiceCatalog.All.Select(service => service.Name)];

    [Fact]
    public void Find_NameInAnyCase_ReturnsService()
    {
        Assert.All(ServiceCatalog.All, service => Assert.Same(service, ServiceCatalog.Find(service.Name.ToUpperInvariant())));
        Assert.All(ServiceCatalog.All, service => Assert.Same(service, ServiceCatalog.Find(service.ConnectionName)));
        Assert.All(ServiceCatalog.All, service => Assert.Equal(service.Name, service.Capabilities.Service));
        var error = Assert.Throws<ApiTokenException>(() => ServiceCatalog.Find("none"));
        Assert.All(ServiceCatalog.All, service => Assert.Contains(service.Name, error.RecommendedAction));
    }

    [Fact]
    public void All_Services_HaveEmulatorInSandbox() =>
        Assert.Equal(ServiceCatalog.All.Select(service => service.ConnectionName), sandbox.ServiceNames);

    [Theory]
    [MemberData(nameof(Services))]
    public void All_Services_HaveRecipeAndConformanceTests(string service)
    {
        Type tests = typeof(ServiceConformanceTests<>).MakeGenericType(ServiceRecipe.Of(service).GetType());

        Assert.True(
            Array.Exists(typeof(ServiceCatalogTests).Assembly.GetTypes(), type => type.IsSubclassOf(tests) && !type.IsAbstract),
            $"The service {service} is in the catalogue but has no test class: derive {service}Tests from "
                + $"ServiceConformanceTests<{service}Recipe>.");
    }

    [Fact]
    public void Recipe_Missing_FailsWithInstructions()
    {
        var error = Record.Exception(() => ServiceRecipe.Of("Acme"));

        Assert.Equal("The service Acme is in the catalogue but has no recipe: add a class AcmeRecipe to its tests.", error?.Message);
    }

    [Fact]
    public void NewTokenFields_MatchPropertiesOfRequest() => Assert.Equal(
        typeof(NewTokenRequest).GetProperties().Select(property => property.Name).Order(),
        Enum.GetNames<NewTokenFields>().Where(name => name != nameof(NewTokenFields.None)).Order());
}
