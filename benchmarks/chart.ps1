<#
.SYNOPSIS
   The picture of bench.ps1: operations per second of each contender, as SVG.
#>
function Write-Chart {
    param([string] $Path, [string] $Title, [System.Collections.Specialized.OrderedDictionary] $PerSecond)

    $width, $left, $bar, $top = 720, 150, 30, 56
    $most = ($PerSecond.Values | Measure-Object -Maximum).Maximum
    $height = $top + $PerSecond.Count * ($bar + 14) + 8
    $svg = [System.Collections.Generic.List[string]]::new()
    $svg.Add("<svg xmlns=`"http://www.w3.org/2000/svg`" width=`"$width`" height=`"$height`" viewBox=`"0 0 $width $height`" role=`"img`" font-family=`"sans-serif`">")
    $svg.Add("  <title>$([System.Security.SecurityElement]::Escape($Title))</title>")
    $svg.Add("  <rect width=`"$width`" height=`"$height`" fill=`"#ffffff`"/>")
    $svg.Add("  <text x=`"12`" y=`"30`" font-size=`"17`" fill=`"#1f2328`">$([System.Security.SecurityElement]::Escape($Title))</text>")
    $y = $top
    foreach ($contender in $PerSecond.Keys) {
        $length = [Math]::Max(2, [Math]::Round(($width - $left - 100) * $PerSecond[$contender] / $most))
        $fill = if ($contender -eq 'ApiTokens') { '#0969da' } else { '#8c959f' }
        $svg.Add("  <text x=`"$($left - 10)`" y=`"$($y + 20)`" font-size=`"14`" fill=`"#1f2328`" text-anchor=`"end`">$([System.Security.SecurityElement]::Escape($contender))</text>")
        $svg.Add("  <rect x=`"$left`" y=`"$y`" width=`"$length`" height=`"$bar`" fill=`"$fill`"/>")
        $svg.Add("  <text x=`"$($left + $length + 8)`" y=`"$($y + 20)`" font-size=`"14`" fill=`"#1f2328`">$(Format-Number $PerSecond[$contender] 0)/s</text>")
        $y += $bar + 14
    }
    $svg.Add('</svg>')
    Set-Content -LiteralPath $Path -Value $svg
}
