<?xml version="1.0" encoding="UTF-8"?>
<!-- Makes an answer of the harvesting address a page for people. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
  xmlns:o="http://www.openarchives.org/OAI/2.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" exclude-result-prefixes="o dc">
<xsl:output method="html" encoding="UTF-8" doctype-system="about:legacy-compat"/>
<xsl:template match="/o:OAI-PMH">
<html lang="en">
<head>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>OAI-PMH – Tri Thức</title>
<link rel="stylesheet" href="{{style}}"/>
</head>
<body>
<header class="top"><div class="top-in"><a class="brand" href="/"><span><strong>Tri Thức</strong> <span>OAI-PMH 2.0</span></span></a>
<nav aria-label="OAI-PMH"><ul>
<li><a href="/oai?verb=Identify">Identify</a></li>
<li><a href="/oai?verb=ListSets">ListSets</a></li>
<li><a href="/oai?verb=ListMetadataFormats">ListMetadataFormats</a></li>
<li><a href="/oai?verb=ListRecords&amp;metadataPrefix=oai_dc">ListRecords</a></li>
<li><a href="/oai?verb=ListIdentifiers&amp;metadataPrefix=oai_dc">ListIdentifiers</a></li>
</ul></nav></div></header>
<main>
<h1><xsl:choose><xsl:when test="o:request/@verb"><xsl:value-of select="o:request/@verb"/></xsl:when><xsl:otherwise>OAI-PMH</xsl:otherwise></xsl:choose></h1>
<p class="quiet"><xsl:value-of select="o:request"/> · <xsl:value-of select="o:responseDate"/></p>
<xsl:apply-templates select="o:error|o:Identify|o:ListSets|o:ListMetadataFormats|o:ListRecords|o:ListIdentifiers|o:GetRecord"/>
</main>
</body>
</html>
</xsl:template>
<xsl:template match="o:error"><p class="note"><strong><xsl:value-of select="@code"/></strong> <xsl:text> </xsl:text><xsl:value-of select="."/></p></xsl:template>
<xsl:template match="o:Identify"><dl class="facts"><xsl:for-each select="*[not(self::o:description)]"><dt><xsl:value-of select="local-name()"/></dt><dd><xsl:value-of select="."/></dd></xsl:for-each></dl></xsl:template>
<xsl:template match="o:ListSets"><table class="table"><thead><tr><th scope="col">setSpec</th><th scope="col">setName</th></tr></thead><tbody>
<xsl:for-each select="o:set"><tr><th scope="row"><a href="/oai?verb=ListRecords&amp;metadataPrefix=oai_dc&amp;set={o:setSpec}"><xsl:value-of select="o:setSpec"/></a></th><td><xsl:value-of select="o:setName"/></td></tr></xsl:for-each></tbody></table></xsl:template>
<xsl:template match="o:ListMetadataFormats"><table class="table"><thead><tr><th scope="col">metadataPrefix</th><th scope="col">metadataNamespace</th></tr></thead><tbody>
<xsl:for-each select="o:metadataFormat"><tr><th scope="row"><a href="/oai?verb=ListRecords&amp;metadataPrefix={o:metadataPrefix}"><xsl:value-of select="o:metadataPrefix"/></a></th><td><xsl:value-of select="o:metadataNamespace"/></td></tr></xsl:for-each></tbody></table></xsl:template>
<xsl:template match="o:ListRecords|o:ListIdentifiers|o:GetRecord">
<ol class="hits"><xsl:apply-templates select="o:record|o:header"/></ol>
<xsl:if test="string(o:resumptionToken)"><p><a class="button" href="/oai?verb={local-name()}&amp;resumptionToken={o:resumptionToken}">resumptionToken →</a></p></xsl:if>
</xsl:template>
<xsl:template match="o:record"><li><xsl:apply-templates select="o:header" mode="line"/><xsl:if test="o:metadata"><dl class="facts"><xsl:for-each select="o:metadata//dc:*"><dt><xsl:value-of select="name()"/></dt><dd><xsl:value-of select="."/></dd></xsl:for-each></dl></xsl:if></li></xsl:template>
<xsl:template match="o:header"><li><xsl:apply-templates select="." mode="line"/></li></xsl:template>
<xsl:template match="o:header" mode="line"><h2><a href="/oai?verb=GetRecord&amp;metadataPrefix=oai_dc&amp;identifier={o:identifier}"><xsl:value-of select="o:identifier"/></a></h2>
<p class="meta"><span><xsl:value-of select="o:datestamp"/></span><xsl:if test="@status"><span><xsl:value-of select="@status"/></span></xsl:if><xsl:for-each select="o:setSpec"><span><xsl:value-of select="."/></span></xsl:for-each></p></xsl:template>
</xsl:stylesheet>
